namespace Lifecycle.Data;

/// <summary>What files of a workspace may hold without anybody's work being lost: the version it held last, and those that unfinished checkouts began to place.</summary>
internal sealed class HeldFiles(IReadOnlyList<IReadOnlyDictionary<string, DatasetFile>> versions)
{
    /// <summary>The files of this path, that of the last version first; none when no version has it.</summary>
    public IEnumerable<DatasetFile> Of(string path)
    {
        foreach (IReadOnlyDictionary<string, DatasetFile> files in versions)
        {
            if (files.TryGetValue(path, out DatasetFile? file))
            {
                yield return file;
            }
        }
    }
}
