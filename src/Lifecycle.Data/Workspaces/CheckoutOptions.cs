namespace Lifecycle.Data;

/// <summary>How a version is written to a folder.</summary>
public sealed record CheckoutOptions
{
    /// <summary>Whether files that hold something else are replaced; written to the audit log. False by default.</summary>
    public bool Overwrite { get; init; }

    /// <summary>How a stored blob becomes a file; a store or file system that cannot do it copies. An executable file is always a copy of its own.</summary>
    public LinkKind Link { get; init; }

    /// <summary>Whether names that Windows cannot hold, or cannot tell apart, are refused everywhere. They always are on Windows.</summary>
    public bool PortableNames { get; init; }
}

/// <summary>What a checkout did.</summary>
/// <param name="Folder">Full path of the folder.</param>
/// <param name="Written">Files written.</param>
/// <param name="Unchanged">Files that were there with the right content.</param>
/// <param name="Overwritten">Files among the written ones that held something else.</param>
/// <param name="Linked">Files among the written ones that are links into the store or clones, not copies.</param>
/// <param name="Bytes">Bytes of the files written.</param>
public sealed record CheckoutReport(string Folder, long Written, long Unchanged, IReadOnlyList<string> Overwritten, long Linked, long Bytes);
