namespace Lifecycle.Data;

/// <summary>How a DVC repository is worked with.</summary>
public sealed record DvcOptions
{
    /// <summary>How long a writer waits for others before <see cref="DvcRepositoryBusyException"/>; 30 seconds by default (DVC gives up after 3).</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The settings of the machine and of the user: files in DVC's form, the later winning. Null takes those where DVC keeps them.</summary>
    public IReadOnlyList<string>? OuterConfig { get; init; }
}

/// <summary>How outputs are written into the work tree.</summary>
public sealed record DvcCheckoutOptions
{
    /// <summary>Whether files that hold bytes nobody has elsewhere are replaced. False by default.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether files in an output's folder that are not part of it and are kept nowhere are removed too. False by default: they stay.</summary>
    public bool Exact { get; init; }

    /// <summary>How an object becomes a file; a file system that cannot do it copies.</summary>
    public LinkKind Link { get; init; }
}

/// <summary>What a checkout of a DVC repository did.</summary>
/// <param name="Written">Files written.</param>
/// <param name="Unchanged">Files that were there with the right content.</param>
/// <param name="Removed">Files removed because their output has them no more; their bytes are in the cache.</param>
/// <param name="Kept">Files in folders of outputs that belong to none and are kept nowhere else; they stayed.</param>
/// <param name="Linked">Files among the written ones that are links or clones of objects.</param>
/// <param name="Bytes">Bytes of the files written.</param>
/// <param name="Skipped">Outputs that are not supported, with the reason.</param>
public sealed record DvcCheckoutReport(
    long Written, long Unchanged, IReadOnlyList<string> Removed, IReadOnlyList<string> Kept, long Linked, long Bytes, IReadOnlyList<string> Skipped);

/// <summary>What adding a path did.</summary>
/// <param name="Output">The output as it is now.</param>
/// <param name="FilesRead">Files that had to be read; the others were known not to have changed.</param>
/// <param name="NewObjects">Objects that were not in the cache.</param>
/// <param name="BytesWritten">Bytes of these.</param>
/// <param name="Warnings">What could not be looked at, for example an index of Git of a newer version.</param>
public sealed record DvcAddition(DvcOutput Output, long FilesRead, long NewObjects, long BytesWritten, IReadOnlyList<string> Warnings);

/// <summary>What writing a version into a DVC repository did.</summary>
/// <param name="Output">The output; check it out with <see cref="DvcRepository.CheckoutAsync(string?, DvcCheckoutOptions?, CancellationToken)"/>.</param>
/// <param name="NewObjects">Objects that were not in the cache.</param>
/// <param name="BytesWritten">Bytes of these.</param>
/// <param name="LostExecutable">Files of a folder that may be executed: DVC keeps no such bits in folders.</param>
/// <param name="Warnings">What could not be looked at.</param>
public sealed record DvcExport(DvcOutput Output, long NewObjects, long BytesWritten, IReadOnlyList<string> LostExecutable, IReadOnlyList<string> Warnings);

/// <summary>What was copied between a repository and a remote.</summary>
/// <param name="Remote">The remote.</param>
/// <param name="Copied">Objects copied.</param>
/// <param name="Present">Objects that were there.</param>
/// <param name="Bytes">Bytes copied.</param>
/// <param name="Skipped">Outputs left out, with the reason.</param>
public sealed record DvcTransfer(DvcRemote Remote, long Copied, long Present, long Bytes, IReadOnlyList<string> Skipped);

/// <summary>What a verification of the cache found.</summary>
/// <param name="Objects">Objects read.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="Damaged">Files of objects whose bytes are not those of their name, with what they have.</param>
/// <param name="Missing">Objects that outputs need and the cache does not hold, with the output.</param>
public sealed record DvcVerification(long Objects, long Bytes, IReadOnlyList<string> Damaged, IReadOnlyList<string> Missing)
{
    /// <summary>Whether nothing is damaged and nothing is missing.</summary>
    public bool IsSound => Damaged.Count == 0 && Missing.Count == 0;
}
