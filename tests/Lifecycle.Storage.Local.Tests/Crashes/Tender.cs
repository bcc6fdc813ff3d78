using System.Diagnostics;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>One of many processes over a store. What anybody needs is a file in <c>needs</c>, named by the digest and by who needs it.</summary>
internal sealed class Tender
{
    private readonly string _name;
    private readonly Random _random;
    private readonly LocalBlobStore _store;
    private readonly LocalBlobUpkeep _upkeep;
    private readonly NeedsFolder _needs;
    private readonly List<(Digest Digest, byte[] Content)> _mine = [];

    public Tender(string root, string name, LocalStorageOptions options)
    {
        _name = name;
        _random = new Random(name.Aggregate(17, (hash, c) => (hash * 31) + c));
        _store = new LocalBlobStore(Path.Combine(root, "objects"), options);
        _upkeep = new LocalBlobUpkeep(_store, options);
        _needs = new NeedsFolder(Path.Combine(root, "needs"));
        _upkeep.RegisterAsync(_needs).AsTask().GetAwaiter().GetResult();
    }

    public int Operations { get; private set; }

    public int Referred { get; private set; }

    public int Removed { get; private set; }

    /// <summary>Collections that ran to their end.</summary>
    public int Collected { get; private set; }

    /// <summary>Collections that were refused because another process collected, or had just done so.</summary>
    public int Refused { get; private set; }

    /// <summary>How often the process was held up for longer than what it had put is protected.</summary>
    public int TooSlow { get; private set; }

    public async Task RunAsync(int operations, TimeSpan soon)
    {
        for (; Operations < operations; Operations++)
        {
            switch (_random.Next(20))
            {
                case < 4:
                    await ReferAsync(soon, PutAsync);
                    break;
                case < 10:
                    await ReferAsync(soon, BatchAsync);
                    break;
                case < 12:
                    await ReferAsync(soon, KeepAsync);
                    break;
                case < 16:
                    await ReadAsync();
                    break;
                case < 19:
                    Drop();
                    break;
                default:
                    await CollectAsync();
                    break;
            }
        }

        foreach ((Digest digest, byte[] content) in _mine)
        {
            await ExpectAsync(digest, content);
        }
    }

    /// <summary>Needs some blobs more, and some no longer.</summary>
    public async Task FillAsync(int round)
    {
        for (int i = 0; i < 6; i++)
        {
            await ReferAsync(TimeSpan.MaxValue, BatchAsync, round == 0 && i == 0 ? 8 : null);
        }

        while (_mine.Count > 6)
        {
            Drop();
        }
    }

    public async Task CollectAsync()
    {
        try
        {
            CollectionReport report = await (await _upkeep.PlanCollectionAsync()).ApplyAsync();
            Removed += report.Removed.Count;
            Collected++;
        }
        catch (CollectionRefusedException busy) when (busy.IsTransient || busy.Message.Contains("clock", StringComparison.Ordinal))
        {
            // Another process collects, or did so in this very millisecond.
            Refused++;
        }
    }

    private async Task ReferAsync(TimeSpan soon, Func<byte[], Task<Digest?>> put, int? number = null)
    {
        byte[] content = ChildRoutines.Shared(number ?? _random.Next(40));
        long start = Stopwatch.GetTimestamp();
        if (await put(content) is not { } digest)
        {
            return;
        }

        string need = _needs.Add(digest, _name + Operations);
        if (Stopwatch.GetElapsedTime(start) > soon)
        {
            TooSlow++;
            File.Delete(need);
            return;
        }

        Referred++;
        _mine.Add((digest, content));
        await ExpectAsync(digest, content);
    }

    private async Task<Digest?> PutAsync(byte[] content) => (await _store.PutAsync(new MemoryStream(content))).Digest;

    private async Task<Digest?> BatchAsync(byte[] content)
    {
        while (true)
        {
            await using BlobBatch batch = await _store.BeginBatchAsync();
            Digest digest = (await batch.PutAsync(content)).Digest;
            await batch.PutAsync(BitConverter.GetBytes(_random.Next()));
            if (!(await batch.CompleteAsync()).Missing.Contains(digest))
            {
                return digest;
            }
        }
    }

    private async Task<Digest?> KeepAsync(byte[] content)
    {
        Digest digest = Digest.Of(content);
        return (await _store.KeepAsync([digest])).Count == 0 ? digest : null;
    }

    private async Task ReadAsync()
    {
        if (_mine.Count > 0)
        {
            (Digest digest, byte[] content) = _mine[_random.Next(_mine.Count)];
            await ExpectAsync(digest, content);
        }
    }

    private async Task ExpectAsync(Digest digest, byte[] content)
    {
        await using Stream stream = await _store.OpenAsync(digest);
        using MemoryStream bytes = new();
        await stream.CopyToAsync(bytes);
        if (!bytes.ToArray().AsSpan().SequenceEqual(content))
        {
            throw new InvalidOperationException($"{digest} has other bytes than were put.");
        }
    }

    private void Drop()
    {
        if (_mine.Count > 0)
        {
            int at = _random.Next(_mine.Count);
            _needs.Remove(_mine[at].Digest, _name);
            _mine.RemoveAll(m => m.Digest == _mine[at].Digest);
        }
    }
}
