using System.Globalization;
using System.Text;

namespace Lifecycle.Tracking;

/// <summary>One file of a model.</summary>
/// <param name="Path">Path inside the model, by the rule of <see cref="ArtifactPath"/>.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Digest">SHA-256 of its content; the blob store opens it.</param>
public sealed record ModelFile(string Path, long Size, Digest Digest);

/// <summary>
/// What a model consists of. Its bytes are one line a file, in ordinal order of the paths, <c>&lt;digest&gt; &lt;size&gt; &lt;path&gt;\n</c> in UTF-8;
/// their SHA-256 is the identity of the model: evidence, versions and serving bind to it. The bytes are a blob under that digest.
/// </summary>
public sealed class ModelManifest
{
    /// <summary>Most files of a model.</summary>
    public const int MaximumFiles = 10_000;

    private readonly byte[] _bytes;

    /// <summary>Makes the manifest of these files.</summary>
    /// <param name="files">In any order.</param>
    /// <exception cref="InvalidModelException">No files, only empty ones, too many, a path twice, or a path that is also the folder of another.</exception>
    /// <exception cref="InvalidArtifactPathException">A path breaks the rule.</exception>
    public ModelManifest(IEnumerable<ModelFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        ModelFile[] sorted = [.. files];
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Path, b.Path));
        RequirePaths([.. sorted.Select(f => f.Path)]);
        if (sorted.All(f => f.Size == 0))
        {
            throw new InvalidModelException("The model has no files with content: all of them are empty.");
        }

        StringBuilder text = new();
        foreach (ModelFile file in sorted)
        {
            text.Append(CultureInfo.InvariantCulture, $"{file.Digest} {file.Size} {file.Path}\n");
        }

        Files = sorted;
        _bytes = Encoding.UTF8.GetBytes(text.ToString());
        Digest = Digest.Of(_bytes);
    }

    /// <summary>The files in ordinal order of their paths.</summary>
    public IReadOnlyList<ModelFile> Files { get; }

    /// <summary>SHA-256 of the bytes: the digest of the model.</summary>
    public Digest Digest { get; }

    /// <summary>Bytes of all files together.</summary>
    public long Size => Files.Sum(f => f.Size);

    /// <summary>The bytes that are stored and digested.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The file at a path, or null.</summary>
    public ModelFile? Find(string path) => Files.FirstOrDefault(f => string.Equals(f.Path, path, StringComparison.Ordinal));

    /// <summary>Reads a manifest; only the exact form that <see cref="Bytes"/> has is taken.</summary>
    /// <exception cref="InvalidModelException">The bytes are no manifest.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> bytes)
    {
        List<ModelFile> files = [];
        foreach (string line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(' ', 3);
            if (parts.Length != 3 || !Digest.TryParse(parts[0], null, out Digest digest)
                || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long size))
            {
                throw new InvalidModelException($"Line {files.Count + 1} of the model manifest is not '<digest> <size> <path>'.");
            }

            files.Add(new ModelFile(parts[2], size, digest));
        }

        ModelManifest manifest = new(files);
        return manifest.Bytes.Span.SequenceEqual(bytes)
            ? manifest
            : throw new InvalidModelException("The model manifest is not in its exact form: lines in ordinal order of the paths, each ended by a line feed.");
    }

    /// <summary>Reads the manifest of a model out of a store, checked against its digest.</summary>
    /// <exception cref="BlobNotFoundException">The store does not hold it.</exception>
    public static async ValueTask<ModelManifest> LoadAsync(IBlobStore blobs, Digest digest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        Stream stream = await blobs.OpenAsync(digest, null, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using MemoryStream bytes = new();
            await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
            return Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        }
    }

    internal static void RequirePaths(IReadOnlyCollection<string> paths)
    {
        if (paths.Count == 0)
        {
            throw new InvalidModelException("The model has no files.");
        }

        if (paths.Count > MaximumFiles)
        {
            throw new InvalidModelException($"The model has {paths.Count} files; at most {MaximumFiles} are taken. Pack small files into one.");
        }

        HashSet<string> known = new(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            ArtifactPath.Parse(path);
            if (!known.Add(path))
            {
                throw new InvalidModelException($"The model has two files '{path}'.");
            }
        }

        foreach (string path in paths)
        {
            for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            {
                if (known.Contains(path[..slash]))
                {
                    throw new InvalidModelException($"'{path[..slash]}' is a file of the model and the folder of '{path}'; it can only be one of them.");
                }
            }
        }
    }
}

/// <summary>What was handed in as a model is none.</summary>
public sealed class InvalidModelException : LifecycleException
{
    internal InvalidModelException(string message)
        : base(message)
    {
    }
}
