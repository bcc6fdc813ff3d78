namespace Lifecycle.Data;

/// <summary>A file or folder that a DVC repository keeps, as its <c>.dvc</c> file or <c>dvc.lock</c> tells it.</summary>
public sealed record DvcOutput
{
    internal DvcOutput(string path, string file)
    {
        Path = path;
        File = file;
    }

    /// <summary>Where it lies, relative to the repository, with <c>/</c>.</summary>
    public string Path { get; internal init; }

    /// <summary>The file that tells of it, likewise.</summary>
    public string File { get; internal init; }

    /// <summary>The stage of <c>dvc.lock</c> that makes it; null for a <c>.dvc</c> file.</summary>
    public string? Stage { get; internal init; }

    /// <summary>The name of its object: a hash, for a folder with <c>.dir</c> behind it; null when nothing was added yet.</summary>
    public string? Oid { get; internal init; }

    /// <summary>What the hash is.</summary>
    public DvcHashKind HashKind { get; internal init; }

    /// <summary>Whether it is a folder.</summary>
    public bool IsFolder => Oid is not null && Oid.EndsWith(DvcDirectoryObject.Suffix, StringComparison.Ordinal);

    /// <summary>Bytes, where they are told.</summary>
    public long? Size { get; internal init; }

    /// <summary>Files of a folder, where they are told.</summary>
    public long? Files { get; internal init; }

    /// <summary>Whether the file may be executed; folders keep no such bits in DVC.</summary>
    public bool IsExecutable { get; internal init; }

    /// <summary>Whether it came by <c>dvc import</c> or <c>import-url</c>.</summary>
    public bool IsImport { get; internal init; }

    /// <summary>Whether its bytes are kept in the cache (<c>cache: false</c> leaves them to Git).</summary>
    public bool IsCached { get; internal init; } = true;

    /// <summary>Whether it is pushed (<c>push: false</c> keeps it here).</summary>
    public bool IsPushed { get; internal init; } = true;

    /// <summary>The remote it asks for; null takes the default one.</summary>
    public string? Remote { get; internal init; }

    /// <summary>Why nothing but listing can be done with it; null for all that DVC 2 and 3 write.</summary>
    public string? Unsupported { get; internal init; }

    internal bool IsUnsafe { get; init; }

    /// <summary>Path and object.</summary>
    public override string ToString() => $"{Path} ({Oid ?? "nothing yet"})";
}
