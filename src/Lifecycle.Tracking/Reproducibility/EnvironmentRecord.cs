namespace Lifecycle.Tracking;

/// <summary>
/// What must be known to repeat a run: the artifact <c>lifecycle/environment.json</c>. Secrets were taken out before it was written.
/// </summary>
public sealed partial record EnvironmentRecord
{
    /// <summary>Path of the artifact.</summary>
    public const string ArtifactName = "lifecycle/environment.json";

    /// <summary>Folder of the artifacts that hold changed files.</summary>
    public const string ChangedFolder = "lifecycle/changed/";

    /// <summary>When it was read, to the millisecond.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>The state of the source code; null when the program did not run out of a git work tree.</summary>
    public CodeState? Code { get; init; }

    /// <summary>Packages the program was built with, in ordinal order of their names.</summary>
    public IReadOnlyList<PackageVersion> Packages { get; init; } = [];

    /// <summary>Loaded assemblies and the versions their builders wrote into them.</summary>
    public IReadOnlyDictionary<string, string> Assemblies { get; init; } = new Dictionary<string, string>();

    /// <summary><c>framework</c>, <c>rid</c>, <c>os</c>, <c>cpu</c>, <c>cores</c>, <c>memory_limit</c> (bytes), <c>gc</c>, <c>culture</c>, <c>time_zone</c>.</summary>
    public IReadOnlyDictionary<string, string> Host { get; init; } = new Dictionary<string, string>();

    /// <summary>The environment variables that are allowed.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Arguments of the program, without its name.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}

/// <summary>The source code as it lay in its git work tree.</summary>
public sealed record CodeState
{
    /// <summary>HEAD as hex; null before the first commit.</summary>
    public string? Commit { get; init; }

    /// <summary>Null when HEAD is detached.</summary>
    public string? Branch { get; init; }

    /// <summary>Where the repository is shared, without user and password.</summary>
    public string? Repository { get; init; }

    /// <summary>Whether a tracked file differs from the commit; null when that could not be told.</summary>
    public bool? IsDirty { get; init; }

    /// <summary>What could not be read, and why; null when everything was.</summary>
    public string? Unknown { get; init; }

    /// <summary>Tracked files that differ from the commit, in ordinal order of their paths.</summary>
    public IReadOnlyList<ChangedFile> Changed { get; init; } = [];

    /// <summary>The first 1,000 files that are neither tracked nor ignored; names only.</summary>
    public IReadOnlyList<string> Untracked { get; init; } = [];

    /// <summary>Whether there are more of them.</summary>
    public bool IsUntrackedCut { get; init; }
}

/// <summary>A tracked file that differs from the commit.</summary>
/// <param name="Path">Relative to the work tree.</param>
/// <param name="Status">Two letters as <c>git status --porcelain</c> writes them: staged and not staged.</param>
/// <param name="Size">Bytes; null when the file is gone or is none.</param>
/// <param name="Digest">SHA-256 of its content; null when it is gone, larger than 64 MiB or no file.</param>
/// <param name="NotKept">Why its content is not stored: <c>secret</c>, <c>size</c>, <c>gone</c>, <c>off</c>; null when it is, as artifact <c>lifecycle/changed/&lt;path&gt;</c>.</param>
public sealed record ChangedFile(string Path, string Status, long? Size, Digest? Digest, string? NotKept);
