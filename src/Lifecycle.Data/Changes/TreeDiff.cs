namespace Lifecycle.Data;

/// <summary>What differs between the files of two versions; each list is sorted as the trees are.</summary>
/// <param name="Added">Files that only the younger one has.</param>
/// <param name="Removed">Files that only the older one has.</param>
/// <param name="Modified">Files of both whose content differs; as they are in the younger one.</param>
/// <param name="Renamed">Pairs of a removed and an added file of equal content; they are in neither of those lists.</param>
public sealed record TreeDiff(
    IReadOnlyList<DatasetFile> Added,
    IReadOnlyList<DatasetFile> Removed,
    IReadOnlyList<DatasetFile> Modified,
    IReadOnlyList<(DatasetFile From, DatasetFile To)> Renamed)
{
    /// <summary>Files of both whose content is the same and whose execute bit differs; as they are in the younger one.</summary>
    public IReadOnlyList<DatasetFile> ModeChanged { get; init; } = [];

    /// <summary>Bytes of the added files and of the modified ones as they are in the younger version.</summary>
    public long BytesAdded { get; init; }

    /// <summary>Bytes of the removed files and of the modified ones as they are in the older version.</summary>
    public long BytesRemoved { get; init; }

    /// <summary>Whether the files are the same.</summary>
    public bool IsEmpty => Added.Count + Removed.Count + Modified.Count + Renamed.Count + ModeChanged.Count == 0;

    internal static TreeDiff Between(IReadOnlyList<DatasetFile> from, IReadOnlyList<DatasetFile> to)
    {
        Dictionary<string, DatasetFile> old = from.ToDictionary(f => f.Path, StringComparer.Ordinal);
        List<DatasetFile> added = [];
        List<DatasetFile> modified = [];
        List<DatasetFile> moded = [];
        long bytesRemoved = 0;
        foreach (DatasetFile file in to)
        {
            if (!old.Remove(file.Path, out DatasetFile? before))
            {
                added.Add(file);
            }
            else if (before.Digest != file.Digest || before.Length != file.Length)
            {
                modified.Add(file);
                bytesRemoved += before.Length;
            }
            else if (before != file)
            {
                moded.Add(file);
            }
        }

        List<DatasetFile> removed = [.. from.Where(f => old.ContainsKey(f.Path))];
        Dictionary<Digest, Queue<DatasetFile>> gone = removed.GroupBy(f => f.Digest).ToDictionary(g => g.Key, g => new Queue<DatasetFile>(g));
        List<(DatasetFile, DatasetFile)> renamed = [];
        HashSet<DatasetFile> paired = new(ReferenceEqualityComparer.Instance);
        foreach (DatasetFile file in added)
        {
            if (gone.TryGetValue(file.Digest, out Queue<DatasetFile>? sources) && sources.TryDequeue(out DatasetFile? source))
            {
                renamed.Add((source, file));
                paired.Add(source);
                paired.Add(file);
            }
        }

        added.RemoveAll(paired.Contains);
        removed.RemoveAll(paired.Contains);
        return new TreeDiff(added, removed, modified, renamed)
        {
            ModeChanged = moded,
            BytesAdded = added.Concat(modified).Sum(f => f.Length),
            BytesRemoved = removed.Sum(f => f.Length) + bytesRemoved,
        };
    }
}
