namespace Lifecycle;

/// <summary>How a stored blob becomes a file.</summary>
public enum LinkKind
{
    /// <summary>A writable copy.</summary>
    Copy,

    /// <summary>A clone that shares blocks until one side is written; where the file system has none, a copy.</summary>
    Reflink,

    /// <summary>A read-only hard link; where the file system has none, a copy.</summary>
    Hardlink,
}
