namespace Lifecycle.Data;

/// <summary>How an output lies in the work tree.</summary>
public enum DvcState
{
    /// <summary>The work tree and the cache hold what the repository says.</summary>
    Unchanged,

    /// <summary>The work tree holds something else.</summary>
    Modified,

    /// <summary>Nothing is in the work tree.</summary>
    Missing,

    /// <summary>The work tree holds it, the cache does not: nobody else could get it from here.</summary>
    NotInCache,

    /// <summary>Only listed: <see cref="DvcOutput.Unsupported"/> says why.</summary>
    Unsupported,
}

/// <summary>What happened to a file of a folder output.</summary>
public enum DvcFileState
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>Its bytes changed.</summary>
    Modified,

    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>It is as it should be, but the cache does not hold it.</summary>
    NotInCache,
}

/// <summary>A file of a folder output that is not as the repository says.</summary>
/// <param name="Path">Relative to the repository.</param>
/// <param name="State">What happened to it.</param>
public readonly record struct DvcFileChange(string Path, DvcFileState State);

/// <summary>An output against the work tree and the cache.</summary>
/// <param name="Output">The output.</param>
/// <param name="State">How it lies.</param>
/// <param name="Details">Its files that differ, in order of their paths.</param>
public sealed record DvcOutputStatus(DvcOutput Output, DvcState State, IReadOnlyList<DvcFileChange> Details);

/// <summary>A DVC repository against its work tree and its cache.</summary>
/// <param name="Outputs">Every output that was asked for.</param>
/// <param name="FilesHashed">Files that had to be read; the others were known not to have changed.</param>
public sealed record DvcStatus(IReadOnlyList<DvcOutputStatus> Outputs, long FilesHashed)
{
    /// <summary>Whether every output is unchanged.</summary>
    public bool IsClean => Outputs.All(o => o.State is DvcState.Unchanged or DvcState.Unsupported);
}
