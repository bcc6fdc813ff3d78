namespace Lifecycle.Data;

/// <summary>A file that a scan found.</summary>
/// <param name="FullPath">Where it lies.</param>
/// <param name="Path">What it will be called in the dataset.</param>
/// <param name="IsExecutable">Whether its owner may execute it.</param>
internal readonly record struct ScannedFile(string FullPath, string Path, bool IsExecutable)
{
    /// <summary>Its stamp when it was found; default when nobody looked.</summary>
    public FileStamp Stamp { get; init; }

    /// <summary>What it holds, when that is known without reading it.</summary>
    public DatasetFile? Known { get; init; }

    /// <summary>What is known of its rows, when it is a known table.</summary>
    public TableSummary? KnownTable { get; init; }

    /// <summary>The profile of its rows, when that is known.</summary>
    public DatasetProfile? KnownProfile { get; init; }
}
