using System.Diagnostics;

namespace Lifecycle.Storage.Local;

/// <summary>
/// Removes what a survey found removable. Under the exclusive sweep lock, in slices of at most 100 ms; at the start of each the keep lists that came
/// meanwhile, or named what was not there yet, are read, and what they name stays with all its parts.
/// </summary>
/// <remarks>
/// Recipes go before parts, and all packs that hold removable recipes go in one slice (each is one rename, in the order of <see cref="SweepOrder"/>): at no
/// moment does the store offer a chunked blob whose parts are already gone.
/// </remarks>
internal sealed class Sweeper(ObjectFolder folder, TimeProvider time, TimeSpan young, CollectionSurvey survey)
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    // Long enough for those who wait to come to their turn.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly HashSet<string> _keepsSeen = new(survey.KeepsSeen, StringComparer.Ordinal);
    private readonly HashSet<Digest> _removable = [];
    private readonly List<DoomedPack> _doomed = [];
    private readonly List<string> _litter = [];
    private TimeSpan _held;

    /// <summary>Bytes that became free on the disk.</summary>
    public long FreedBytes { get; private set; }

    /// <summary>Removes and returns what is no longer in the store, in order.</summary>
    public async ValueTask<IReadOnlyList<Digest>> RunAsync(IEnumerable<Digest> removable, CancellationToken cancellationToken)
    {
        _removable.UnionWith(removable);
        Digest[] planned = [.. _removable.Order()];
        try
        {
            foreach (PackReader pack in survey.Packs.Packs)
            {
                if (DoomedPack.Of(pack, _removable) is { } doomed)
                {
                    _doomed.Add(doomed);
                }
            }

            Rewrite(cancellationToken);
            await SweepPacksAsync(cancellationToken).ConfigureAwait(false);
            await SweepLooseAsync(planned, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "collect", folder.Path, folder.Path);
        }
        finally
        {
            RemoveLitter();
        }

        PackCatalog after = new(folder, time);
        Digest[] removed = [.. planned.Where(d => !File.Exists(folder.FileOf(d)) && !after.TryFind(d, out _))];
        after.Close();
        return removed;
    }

    /// <summary>Writes what is needed of doomed packs into new ones. A pack of which that fails stays.</summary>
    private void Rewrite(CancellationToken cancellationToken)
    {
        using PackRewriter rewriter = new(folder, time);
        List<DoomedPack> staying = [];
        bool full = false;
        foreach (DoomedPack doomed in _doomed.Where(d => d.Needed.Count > 0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (full || !doomed.Needed.All(e => rewriter.TryCopy(doomed.Pack, e)))
                {
                    staying.Add(doomed);
                }
            }
            catch (LifecycleStorageException error) when (error.InnerException is { } cause && DiskFailure.IsFull(cause))
            {
                full = true;
            }
        }

        try
        {
            if (!full)
            {
                rewriter.Finish();
            }
        }
        catch (LifecycleStorageException error) when (error.InnerException is { } cause && DiskFailure.IsFull(cause))
        {
            full = true;
        }

        if (full)
        {
            // There is no room to write anything anew; what needs no writing goes all the same, and makes some.
            staying = [.. _doomed.Where(d => d.Needed.Count > 0)];
        }

        FreedBytes -= rewriter.WrittenBytes;
        staying.ForEach(Stay);
    }

    private async ValueTask SweepPacksAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<DoomedPack> recipesFirst = SweepOrder.Of(_doomed, survey.Parts);
        using (await SweepLock.TakeExclusiveAsync(folder.Path, cancellationToken).ConfigureAwait(false))
        {
            SpareWhatIsKept();
            foreach (DoomedPack doomed in recipesFirst.Where(_doomed.Contains))
            {
                Remove(doomed);
            }
        }

        // That the recipes are gone is durable before the first part goes.
        FlushPacks();
        RemoveLitter();
        while (_doomed.Count > 0)
        {
            await PauseAsync(cancellationToken).ConfigureAwait(false);
            using (await SweepLock.TakeExclusiveAsync(folder.Path, cancellationToken).ConfigureAwait(false))
            {
                long start = Stopwatch.GetTimestamp();
                SpareWhatIsKept();
                while (_doomed.Count > 0 && Stopwatch.GetElapsedTime(start) < Slice)
                {
                    Remove(_doomed[^1]);
                }

                _held += Stopwatch.GetElapsedTime(start);
            }

            FlushPacks();
            RemoveLitter();
        }
    }

    private void FlushPacks()
    {
        if (_litter.Count > 0)
        {
            folder.Disk.FlushFolder(folder.Packs);
        }
    }

    private async ValueTask SweepLooseAsync(Digest[] planned, CancellationToken cancellationToken)
    {
        Queue<Digest> loose = new(planned.Where(d => File.Exists(folder.FileOf(d))));
        HashSet<string> shelves = [.. loose.Select(d => d.Hex[..2])];
        while (loose.Count > 0)
        {
            await PauseAsync(cancellationToken).ConfigureAwait(false);
            using (await SweepLock.TakeExclusiveAsync(folder.Path, cancellationToken).ConfigureAwait(false))
            {
                long start = Stopwatch.GetTimestamp();
                SpareWhatIsKept();
                while (loose.Count > 0 && Stopwatch.GetElapsedTime(start) < Slice)
                {
                    RemoveLoose(loose.Dequeue());
                }

                _held += Stopwatch.GetElapsedTime(start);
            }
        }

        folder.FlushShelves(shelves);
    }

    private void RemoveLoose(Digest digest)
    {
        FileInfo file = new(folder.FileOf(digest));
        if (!_removable.Contains(digest) || !file.Exists || new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero) > time.GetUtcNow() - young)
        {
            return;
        }

        // The sums first: a blob without sums is sound, sums without a blob are litter.
        FileInfo sums = new(file.FullName + ObjectFolder.SumSuffix);
        FreedBytes += file.Length + (sums.Exists ? sums.Length : 0);
        folder.Disk.Delete(sums.FullName);
        folder.Disk.Delete(file.FullName);
    }

    // A rename is done in microseconds whatever the length of the file; the disk is given its blocks back outside the lock.
    private void Remove(DoomedPack doomed)
    {
        string litter = AtomicFile.TemporaryName(folder.Packs);
        folder.Disk.Rename(doomed.Pack.Path, litter, replace: false);
        _litter.Add(litter);
        FreedBytes += doomed.Length;
        _doomed.Remove(doomed);
    }

    private void RemoveLitter()
    {
        foreach (string litter in _litter)
        {
            folder.Disk.Delete(litter);
        }

        _litter.Clear();
    }

    private void SpareWhatIsKept()
    {
        foreach (ListFile<KeepList> file in ListFolder.Keeps(folder, name => _keepsSeen.Add(name)))
        {
            // The list may be that of a batch whose packs came after the survey, and its recipes name parts that were there.
            survey.Packs.Refresh();
            Spare(file.List?.Digests ?? throw new CollectionRefusedException(folder.Relative(file.Path),
                $"'{folder.Relative(file.Path)}' was damaged while a collection ran; nothing more was removed. Call RepairAsync, then plan again."));
        }
    }

    /// <summary>Takes blobs and all their parts off what is removed; a pack that holds one of them stays, and with it every recipe in it.</summary>
    private void Spare(IEnumerable<Digest> digests)
    {
        bool changed = false;
        foreach (Digest digest in digests)
        {
            changed |= _removable.Remove(digest);
            if (survey.Parts.TryFind(digest, out PackSpot recipe))
            {
                survey.Parts.Visit(recipe, part => changed |= _removable.Remove(part.Id));
            }
        }

        while (changed)
        {
            DoomedPack? staying = _doomed.Find(d => d.Dead.Any(e => !_removable.Contains(e.Id)));
            if (staying is null)
            {
                return;
            }

            Stay(staying);
        }
    }

    private void Stay(DoomedPack pack)
    {
        _doomed.Remove(pack);
        Spare(pack.Dead.Where(e => e.Kind == PackEntryKind.Recipe).Select(e => e.Id));
    }

    private async ValueTask PauseAsync(CancellationToken cancellationToken)
    {
        if (_held >= Slice / 2)
        {
            _held = TimeSpan.Zero;
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }
}
