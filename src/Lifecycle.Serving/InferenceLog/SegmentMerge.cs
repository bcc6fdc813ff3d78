namespace Lifecycle.Serving;

/// <summary>
/// Goes through the records of many segments in the order of their ids. A segment is opened when the first of its ids is the next, so only
/// those whose ids overlap are read at a time; of a spool the places of its lines are in memory until the end, and its file is open.
/// </summary>
internal sealed class SegmentMerge : IAsyncDisposable
{
    private readonly Queue<SegmentPart> _unopened;
    private readonly PriorityQueue<LineCursor, (Guid Id, int Opened)> _open = new();
    private readonly List<IDisposable> _held;
    private int _opened;

    public SegmentMerge(IReadOnlyCollection<SegmentPart> parts)
    {
        _unopened = new Queue<SegmentPart>(parts.OrderBy(p => p.First));
        _held = [.. parts.Select(p => p.Held).OfType<IDisposable>()];
    }

    /// <summary>The segment whose line is the next; null after the last one. Call <see cref="PassAsync"/> when the line was looked at.</summary>
    public async ValueTask<LineCursor?> PeekAsync(CancellationToken cancellationToken)
    {
        while (_unopened.TryPeek(out SegmentPart? part) && (!_open.TryPeek(out LineCursor? next, out _) || part.First <= next.Id))
        {
            LineCursor cursor = new(await part.OpenAsync(cancellationToken).ConfigureAwait(false), part.Name);
            _unopened.Dequeue();
            await EnqueueAsync(cursor, _opened++, cancellationToken).ConfigureAwait(false);
        }

        return _open.TryPeek(out LineCursor? first, out _) ? first : null;
    }

    /// <summary>Goes to the line after the next one.</summary>
    public async ValueTask PassAsync(CancellationToken cancellationToken)
    {
        _open.TryDequeue(out LineCursor? cursor, out (Guid Id, int Opened) place);
        await EnqueueAsync(cursor!, place.Opened, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        while (_open.TryDequeue(out LineCursor? cursor, out _))
        {
            await cursor.DisposeAsync().ConfigureAwait(false);
        }

        _held.ForEach(h => h.Dispose());
        _held.Clear();
    }

    private async ValueTask EnqueueAsync(LineCursor cursor, int opened, CancellationToken cancellationToken)
    {
        bool hasLine = false;
        try
        {
            hasLine = await cursor.NextAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (hasLine)
            {
                _open.Enqueue(cursor, (cursor.Id, opened));
            }
            else
            {
                await cursor.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}

/// <summary>A segment that is not opened yet.</summary>
/// <param name="First">Its first id.</param>
/// <param name="Name">For messages.</param>
/// <param name="OpenAsync">Opens its lines.</param>
internal sealed record SegmentPart(Guid First, string Name, Func<CancellationToken, ValueTask<Stream>> OpenAsync)
{
    /// <summary>What is kept for it until the end; null for nothing.</summary>
    public IDisposable? Held { get; init; }
}
