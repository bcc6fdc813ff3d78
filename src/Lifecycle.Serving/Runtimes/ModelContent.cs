namespace Lifecycle.Serving;

/// <summary>One file of a model, read once: what was checked is what is loaded.</summary>
/// <param name="Path">Its path inside the model, for example <c>model.zip</c>.</param>
/// <param name="Bytes">All of it.</param>
/// <param name="Expected">The digest its bytes must have; null when nobody said.</param>
public sealed record ContentFile(string Path, ReadOnlyMemory<byte> Bytes, Digest? Expected = null);

/// <summary>All files of one version of a model.</summary>
public sealed class ModelContent
{
    /// <summary>Makes the content.</summary>
    /// <param name="files">In ordinal order of their paths.</param>
    public ModelContent(IEnumerable<ContentFile> files) => Files = [.. files];

    /// <summary>The files.</summary>
    public IReadOnlyList<ContentFile> Files { get; }

    /// <summary>What the application wants of the model.</summary>
    public ModelRequest Request { get; init; } = new();

    /// <summary>The file of this path, or null.</summary>
    public ContentFile? Find(string path) => Files.FirstOrDefault(f => f.Path == path);
}
