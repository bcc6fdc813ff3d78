namespace Lifecycle.Data;

/// <summary>A file that a scan found.</summary>
/// <param name="Path">What it will be called in the dataset.</param>
/// <param name="IsExecutable">Whether its owner may execute it.</param>
internal readonly record struct ScannedFile(string Path, bool IsExecutable)
{
    private readonly string _location = "";
    private readonly bool _isBelow;

    /// <summary>A file at a place of its own.</summary>
    public ScannedFile(string fullPath, string path, bool isExecutable)
        : this(path, isExecutable) => _location = fullPath;

    private ScannedFile(string root, string path, bool isExecutable, FileStamp stamp)
        : this(path, isExecutable)
    {
        _location = root;
        _isBelow = true;
        Stamp = stamp;
    }

    /// <summary>Where it lies; empty when nobody needs to read it.</summary>
    public string FullPath => _isBelow ? System.IO.Path.Combine(_location, Path) : _location;

    /// <summary>Its stamp when it was found; default when nobody looked.</summary>
    public FileStamp Stamp { get; init; }

    /// <summary>What it holds, when that is known without reading it.</summary>
    public DatasetFile? Known { get; init; }

    /// <summary>What is known of its rows, when it is a known table.</summary>
    public TableSummary? KnownTable { get; init; }

    /// <summary>A file below a folder, where its path in the dataset says: tens of thousands of them share the folder's text.</summary>
    public static ScannedFile Below(string root, string path, bool isExecutable, FileStamp stamp) => new(root, path, isExecutable, stamp);
}
