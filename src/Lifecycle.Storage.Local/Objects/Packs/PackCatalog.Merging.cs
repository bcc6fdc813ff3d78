namespace Lifecycle.Storage.Local;

/// <content>Keeping look-ups short as packs become many.</content>
internal sealed partial class PackCatalog
{
    /// <summary>
    /// Writes a merged index when 64 packs are covered by none, makes one of 16 of the same size, and removes those that are no longer of use.
    /// What fails here costs time and nothing else, so no error of the disk leaves it.
    /// </summary>
    public void Merge()
    {
        State state = Current;
        if (state.Uncovered.Length < MergedIndex.Least && state.Covering.Length < MergedIndex.Most)
        {
            return;
        }

        try
        {
            if (state.Uncovered.Length >= MergedIndex.Least)
            {
                MergedIndex.Write(folder, time, state.Uncovered);
                Array.ForEach(state.Broken, folder.Disk.Delete);
                Reload();
            }

            for (int size = 0; size <= Current.Covering.Select(c => c.Index.Size).DefaultIfEmpty(-1).Max(); size++)
            {
                MergeSize(size);
            }
        }
        catch (Exception error) when (DiskFailure.Is(error) || error is LifecycleStorageException)
        {
            System.Diagnostics.Activity.Current?.AddException(error);
        }
    }

    private void MergeSize(int size)
    {
        Covering[] same = [.. Current.Covering.Where(c => c.Index.Size == size)];
        if (same.Length < MergedIndex.Most)
        {
            return;
        }

        PackReader[] packs = [.. same.SelectMany(c => c.Packs).OfType<PackReader>().Distinct()];
        if (packs.Length == 0 || MergedIndex.Write(folder, time, packs) is not null)
        {
            folder.Disk.FlushFolder(folder.Packs);
            foreach (Covering old in same)
            {
                folder.Disk.Delete(old.Index.Path);
            }
        }

        Reload();
    }

    private void Reload()
    {
        lock (_lock)
        {
            Load(ChangedAt(), _state ?? State.Empty);
        }
    }
}
