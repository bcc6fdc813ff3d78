namespace Lifecycle.Storage.Local;

/// <summary>Where the packs of a batch stood.</summary>
internal readonly record struct BatchMark(int Packs, PackMark Last);

/// <summary>
/// The packs a batch writes: one at a time, sealed at 64 MiB and then flushed while the next one is written. Recipes come last, so that no pack with a
/// recipe becomes visible before the chunks it needs.
/// </summary>
internal sealed class BatchPacks(ObjectFolder folder, TimeProvider time) : IDisposable
{
    private readonly List<PackWriter> _packs = [];
    private readonly Dictionary<PackWriter, Task> _sealing = [];
    private readonly HashSet<Digest> _own = [];
    private int _withoutRecipes;

    /// <summary>Bytes of payload in all packs.</summary>
    public long Payload => _packs.Sum(p => p.Payload);

    public bool IsEmpty => _packs.TrueForAll(p => p.Entries.Count == 0);

    public BatchMark Mark => new(_packs.Count, _packs.Count == 0 ? default : _packs[^1].Mark);

    /// <summary>Whether bytes of this digest were added.</summary>
    public bool Contains(Digest id) => _own.Contains(id);

    /// <summary>Adds bytes.</summary>
    public void Add(PackEntryFlags flags, Digest id, ReadOnlySpan<byte> bytes)
    {
        Current().Add(PackEntryKind.Bytes, flags, id, bytes);
        _own.Add(id);
    }

    /// <summary>Drops what was added since the mark.</summary>
    public async ValueTask RollbackAsync(BatchMark mark)
    {
        for (int i = _packs.Count - 1; i >= Math.Max(0, mark.Packs - 1); i--)
        {
            PackWriter pack = _packs[i];
            int from = i == mark.Packs - 1 ? mark.Last.Entries : 0;
            for (int e = from; e < pack.Entries.Count; e++)
            {
                _own.Remove(pack.Entries[e].Id);
            }

            if (i == mark.Packs - 1)
            {
                if (pack.Mark != mark.Last)
                {
                    await SealedAsync(pack).ConfigureAwait(false);
                    pack.Rollback(mark.Last);
                }
            }
            else
            {
                await SealedAsync(pack).ConfigureAwait(false);
                pack.Dispose();
                _packs.RemoveAt(i);
            }
        }
    }

    /// <summary>Makes durable what was written so far; nothing becomes visible.</summary>
    public async ValueTask FlushAsync()
    {
        if (_packs.Count > 0 && !_sealing.ContainsKey(_packs[^1]) && _packs[^1].Payload >= PackFormat.MaximumBytes)
        {
            await Task.Run(_packs[^1].Flush).ConfigureAwait(false);
        }

        await Task.WhenAll(_sealing.Values).ConfigureAwait(false);
    }

    /// <summary>Adds the recipes and seals every pack; all bytes are durable then and none is visible.</summary>
    public async ValueTask SealAsync(IEnumerable<(Digest Blob, byte[] Recipe)> recipes)
    {
        bool any = false;
        _withoutRecipes = 0;
        foreach ((Digest blob, byte[] recipe) in recipes)
        {
            PackWriter pack = Current();
            if (!any)
            {
                _withoutRecipes = _packs.Count - 1;
                any = true;
            }

            pack.Add(PackEntryKind.Recipe, PackEntryFlags.None, blob, recipe);
        }

        foreach (PackWriter empty in _packs.Where(p => p.Entries.Count == 0).ToArray())
        {
            empty.Dispose();
            _packs.Remove(empty);
        }

        foreach (PackWriter pack in _packs.Where(p => !_sealing.ContainsKey(p)))
        {
            _sealing.Add(pack, SealAsync(pack));
        }

        await Task.WhenAll(_sealing.Values).ConfigureAwait(false);
    }

    /// <summary>Gives the packs their names, durably: first those without recipes.</summary>
    public IReadOnlyList<string> Publish()
    {
        List<string> paths = [];
        for (int i = 0; i < _packs.Count; i++)
        {
            paths.Add(_packs[i].Publish(folder, time));
            if (i == _withoutRecipes - 1 || i == _packs.Count - 1)
            {
                folder.Disk.FlushFolder(folder.Packs);
            }
        }

        return paths;
    }

    public void Dispose()
    {
        foreach (Task sealing in _sealing.Values)
        {
            ((IAsyncResult)sealing).AsyncWaitHandle.WaitOne();
        }

        _packs.ForEach(p => p.Dispose());
        _packs.Clear();
        _sealing.Clear();
    }

    private PackWriter Current()
    {
        if (_packs.Count > 0 && _packs[^1] is { Payload: < PackFormat.SealedFrom } current && !_sealing.ContainsKey(current))
        {
            return current;
        }

        if (_packs.Count > 0 && !_sealing.ContainsKey(_packs[^1]))
        {
            _sealing.Add(_packs[^1], SealAsync(_packs[^1]));
        }

        PackWriter next = PackWriter.Create(folder, time);
        _packs.Add(next);
        return next;
    }

    private Task SealAsync(PackWriter pack)
    {
        DateTimeOffset now = time.GetUtcNow();
        return Task.Run(() => pack.Seal(now));
    }

    private async ValueTask SealedAsync(PackWriter pack)
    {
        if (_sealing.Remove(pack, out Task? sealing))
        {
            await sealing.ConfigureAwait(false);
        }
    }
}
