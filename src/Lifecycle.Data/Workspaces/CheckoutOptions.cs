namespace Lifecycle.Data;

/// <summary>How a version is written to a folder.</summary>
public sealed class CheckoutOptions
{
    private readonly List<string> _include = [];

    /// <summary>Whether files that hold something nobody knows are replaced, or with <see cref="Exact"/> removed; written to the audit log. False by default.</summary>
    /// <remarks>Without it the content of a file in the way must be that of the target, or of the version that the workspace held before.</remarks>
    public bool Overwrite { get; set; }

    /// <summary>Whether files that the version does not have are removed. False by default. What ignore rules leave out always stays.</summary>
    public bool Exact { get; set; }

    /// <summary>Whether names that Windows cannot hold, or cannot tell apart, are refused everywhere. They always are on Windows.</summary>
    public bool PortableNames { get; set; }

    /// <summary>How a stored blob becomes a file.</summary>
    public LinkKind LinkKind { get; private set; }

    internal IReadOnlyList<string> Patterns => _include;

    /// <summary>
    /// Writes only files that match one of the patterns, for example <c>train/**</c> or <c>*.csv</c> (as in <c>.gitignore</c>; more calls add up).
    /// A workspace remembers it: what is outside counts neither as deleted nor as changed.
    /// </summary>
    public CheckoutOptions Include(params ReadOnlySpan<string> patterns)
    {
        _include.AddRange(patterns);
        return this;
    }

    /// <summary>How a stored blob becomes a file. A store or file system that cannot do it copies, and <see cref="CheckoutReport.Linked"/> tells; executable and empty files are always files of their own.</summary>
    public CheckoutOptions Link(LinkKind kind)
    {
        if (!Enum.IsDefined(kind))
        {
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "A file is a Copy, a Reflink or a Hardlink.");
        }

        LinkKind = kind;
        return this;
    }
}

/// <summary>What a checkout did.</summary>
/// <param name="Folder">Full path of the folder.</param>
/// <param name="Written">Files written.</param>
/// <param name="Unchanged">Files that were there with the right content.</param>
/// <param name="Overwritten">Files among the written ones that held something nobody knew.</param>
/// <param name="Linked">Files among the written ones that are links into the store or clones, not copies.</param>
/// <param name="Bytes">Bytes of the files written.</param>
public sealed record CheckoutReport(string Folder, long Written, long Unchanged, IReadOnlyList<string> Overwritten, long Linked, long Bytes)
{
    /// <summary>Files that the version does not have and that <see cref="CheckoutOptions.Exact"/> removed.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>Files that should have been links or clones and became copies, because the store or the file system could do nothing else.</summary>
    public long CopiedInstead { get; init; }
}
