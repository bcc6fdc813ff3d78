using System.Buffers;

namespace Lifecycle.Storage.Local;

/// <summary>An entry and the pack it lies in.</summary>
internal readonly record struct PackSpot(PackReader Pack, PackEntry Entry);

/// <summary>Where a digest lies in the packs of a store, as they were when the folder was last looked at. Safe for many threads at once.</summary>
internal sealed partial class PackCatalog(ObjectFolder folder, TimeProvider time)
{
    /// <summary>Names that appear within this time of a listing may bear the same time of change as the folder had then.</summary>
    private static readonly TimeSpan Racy = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly PackHandles _handles = new(folder.Disk);
    private volatile State? _state;

    /// <summary>All packs by their names, the oldest first.</summary>
    public IReadOnlyList<PackReader> Packs => Current.All;

    private State Current => _state ?? Load();

    /// <summary>The first entry of this id, the newest pack first; of any kind, for a digest is that of bytes or of a chunked blob.</summary>
    public bool TryFind(Digest id, out PackSpot spot)
    {
        Span<byte> key = stackalloc byte[Digest.Size];
        id.CopyTo(key);
        State state = Current;
        foreach (PackReader pack in state.Uncovered)
        {
            if (pack.Table is { Count: > 0 } table && table.Find(key) is >= 0 and int at)
            {
                spot = new PackSpot(pack, table.At(at).Entry);
                return true;
            }
        }

        foreach (Covering covering in state.Covering)
        {
            IndexTable table = covering.Index.Table;
            for (int at = table.Find(key); at >= 0 && at < table.Count; at++)
            {
                (PackEntry entry, int pack) = table.At(at);
                if (entry.Id != id)
                {
                    break;
                }

                if (covering.Packs[pack] is { } there)
                {
                    spot = new PackSpot(there, entry);
                    return true;
                }
            }
        }

        spot = default;
        return false;
    }

    /// <summary>Every entry of this id, the newest pack first.</summary>
    public IReadOnlyList<PackSpot> FindAll(Digest id)
    {
        byte[] key = id.ToByteArray();
        State state = Current;
        List<PackSpot> found = [];
        foreach (PackReader pack in state.Uncovered)
        {
            if (pack.Table is { Count: > 0 } table)
            {
                for (int at = table.Find(key); at >= 0 && at < table.Count && table.At(at).Entry is var entry && entry.Id == id; at++)
                {
                    found.Add(new PackSpot(pack, entry));
                }
            }
        }

        foreach (Covering covering in state.Covering)
        {
            IndexTable table = covering.Index.Table;
            for (int at = table.Find(key); at >= 0 && at < table.Count && table.At(at) is var (entry, pack) && entry.Id == id; at++)
            {
                if (covering.Packs[pack] is { } there && !found.Contains(new PackSpot(there, entry)))
                {
                    found.Add(new PackSpot(there, entry));
                }
            }
        }

        return found;
    }

    /// <summary>The pack that holds exactly these bytes; they are compared, so a rotten copy is not taken for one.</summary>
    public PackReader? FindSame(Digest id, ReadOnlySpan<byte> bytes)
    {
        if (!TryFind(id, out PackSpot first))
        {
            return null;
        }

        if (IsSame(first, bytes))
        {
            return first.Pack;
        }

        foreach (PackSpot spot in FindAll(id))
        {
            if (spot != first && IsSame(spot, bytes))
            {
                return spot.Pack;
            }
        }

        return null;
    }

    private static bool IsSame(in PackSpot spot, ReadOnlySpan<byte> bytes)
    {
        if (spot.Entry.Kind != PackEntryKind.Bytes || spot.Entry.Stored != bytes.Length)
        {
            return false;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(PackFormat.EntryHeaderSize + bytes.Length);
        try
        {
            return spot.Pack.Read(spot.Entry, buffer, verify: false) == PackRead.Good && buffer.AsSpan(PackFormat.EntryHeaderSize, bytes.Length).SequenceEqual(bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>All entries whose id begins with this byte, in no order.</summary>
    public IEnumerable<PackSpot> OfFirstByte(int first)
    {
        State state = Current;
        HashSet<PackReader> seen = [];
        foreach (Covering covering in state.Covering)
        {
            IndexTable table = covering.Index.Table;
            (int from, int to) = table.OfFirstByte(first);
            for (int at = from; at < to; at++)
            {
                (PackEntry entry, int pack) = table.At(at);
                if (covering.Packs[pack] is { } there && !seen.Contains(there))
                {
                    yield return new PackSpot(there, entry);
                }
            }

            seen.UnionWith(covering.Packs.OfType<PackReader>());
        }

        foreach (PackReader pack in state.Uncovered)
        {
            if (pack.Table is { } table)
            {
                (int from, int to) = table.OfFirstByte(first);
                for (int at = from; at < to; at++)
                {
                    yield return new PackSpot(pack, table.At(at).Entry);
                }
            }
        }
    }

    /// <summary>Packs whose index cannot be used: nobody knows what they hold without reading them through.</summary>
    public IEnumerable<PackReader> Damaged() => Current.Uncovered.Where(p => p.Table is null && p.Problem is not null);

    /// <summary>Looks at the folder again unless nothing can have changed in it; returns whether packs came or went.</summary>
    public bool Refresh()
    {
        lock (_lock)
        {
            if (_state is not { } state)
            {
                Load();
                return true;
            }

            DateTime changed = ChangedAt();
            return (changed != state.Changed || state.Listed - changed < Racy) && Load(changed, state);
        }
    }

    private DateTime ChangedAt() => Directory.GetLastWriteTimeUtc(folder.Packs);

    private State Load()
    {
        lock (_lock)
        {
            if (_state is null)
            {
                Load(ChangedAt(), State.Empty);
            }

            return _state!;
        }
    }

    private bool Load(DateTime changed, State before)
    {
        DateTime listed = TimeProvider.System.GetUtcNow().UtcDateTime;
        Dictionary<string, PackReader> packs = new(StringComparer.Ordinal);
        List<string> indexes = [];
        foreach (string path in Files())
        {
            string name = Path.GetFileName(path);
            if (PackFormat.IsName(name))
            {
                string id = name[..PackFormat.NameLength];
                packs.Add(id, before.ByName.TryGetValue(id, out PackReader? known) ? known : new PackReader(path, _handles));
            }
            else if (PackFormat.IsName(name, PackFormat.IndexSuffix))
            {
                indexes.Add(path);
            }
        }

        foreach (PackReader gone in before.All.Where(p => !packs.ContainsKey(p.Name)))
        {
            _handles.Close(gone);
        }

        bool same = packs.Count == before.All.Count && before.All.All(p => packs.ContainsKey(p.Name));
        (string Path, MergedIndex? Index)[] opened = [.. indexes.Select(i => (i, before.IndexAt(i) ?? MergedIndex.Open(i)))];
        _state = State.Of(packs, [.. opened.Select(o => o.Index).OfType<MergedIndex>()], changed, listed) with { Broken = [.. opened.Where(o => o.Index is null).Select(o => o.Path)] };
        return !same;
    }

    private string[] Files()
    {
        try
        {
            return Directory.GetFiles(folder.Packs);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "open", folder.Packs, folder.Packs);
        }
    }

    /// <summary>A merged index with the packs of its ordinals; null where one is gone.</summary>
    private sealed record Covering(MergedIndex Index, PackReader?[] Packs);

    private sealed record State(
        IReadOnlyDictionary<string, PackReader> ByName, IReadOnlyList<PackReader> All, PackReader[] Uncovered, Covering[] Covering, DateTime Changed, DateTime Listed)
    {
        /// <summary>Files of merged indexes that cannot be used.</summary>
        public string[] Broken { get; init; } = [];

        public static State Empty { get; } = new(new Dictionary<string, PackReader>(StringComparer.Ordinal), [], [], [], DateTime.MinValue, DateTime.MinValue);

        public static State Of(Dictionary<string, PackReader> packs, IReadOnlyList<MergedIndex> indexes, DateTime changed, DateTime listed)
        {
            HashSet<string> covered = new(StringComparer.Ordinal);
            List<Covering> covering = [];
            foreach (MergedIndex index in indexes.OrderByDescending(i => Path.GetFileName(i.Path), StringComparer.Ordinal))
            {
                covering.Add(new Covering(index, [.. index.Packs.Select(packs.GetValueOrDefault)]));
                covered.UnionWith(index.Packs);
            }

            PackReader[] all = [.. packs.Values.OrderBy(p => p.Name, StringComparer.Ordinal)];
            return new State(packs, all, [.. all.Where(p => !covered.Contains(p.Name)).Reverse()], [.. covering], changed, listed);
        }

        public MergedIndex? IndexAt(string path) => Covering.FirstOrDefault(c => c.Index.Path == path)?.Index;
    }
}
