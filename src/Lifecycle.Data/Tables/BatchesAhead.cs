using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Lifecycle.Data;

/// <summary>Lets another thread read what comes next while what came before is looked at.</summary>
internal static class BatchesAhead
{
    /// <summary>About how many bytes wait at most, and one batch more: a batch can be a slice that keeps a whole decoded row group alive.</summary>
    public const long MostBytes = 64L << 20;

    private const int CellBytes = 8;
    private const int TextBytes = 24;

    /// <summary>The same things in the same order, some of them read ahead of need; an error of the source comes where it would have come.</summary>
    /// <param name="source">Gives things that stay as they are.</param>
    /// <param name="most">How many wait at most.</param>
    /// <param name="bytesOf">About how many bytes one of them holds.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <typeparam name="T">What is read.</typeparam>
    public static async IAsyncEnumerable<T> ReadAheadAsync<T>(
        this IAsyncEnumerable<T> source, int most, Func<T, long> bytesOf, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Channel<(T Item, long Bytes)> ahead = Channel.CreateBounded<(T, long)>(new BoundedChannelOptions(most) { SingleReader = true, SingleWriter = true });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using Room room = new();
        Task reading = Task.Run(() => FillAsync(source, ahead.Writer, bytesOf, room, stop.Token), CancellationToken.None);
        try
        {
            await foreach ((T item, long bytes) in ahead.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                room.GiveBack(bytes);
                yield return item;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
    }

    /// <summary>About how many bytes the cells of some columns hold; a text that stands in neighbouring cells counts once.</summary>
    public static long BytesOf(IEnumerable<BatchColumn> columns)
    {
        long bytes = 0;
        foreach (BatchColumn column in columns)
        {
            bytes += column.Valid.Length + ((long)CellBytes * column.Count);
            if (column is BatchColumn<string> texts)
            {
                string? last = null;
                foreach (string? text in texts.Values.Span)
                {
                    bytes += text is null || ReferenceEquals(text, last) ? 0 : TextBytes + ((long)sizeof(char) * text.Length);
                    last = text;
                }
            }
        }

        return bytes;
    }

    private static async Task FillAsync<T>(
        IAsyncEnumerable<T> source, ChannelWriter<(T Item, long Bytes)> ahead, Func<T, long> bytesOf, Room room, CancellationToken cancellationToken)
    {
        try
        {
            IAsyncEnumerator<T> items = source.GetAsyncEnumerator(cancellationToken);
            await using (items.ConfigureAwait(false))
            {
                // what is read next is as large as it is, so there must be room before
                await room.WaitAsync(cancellationToken).ConfigureAwait(false);
                while (await items.MoveNextAsync().ConfigureAwait(false))
                {
                    T item = items.Current;
                    long bytes = bytesOf(item);
                    room.Take(bytes);
                    await ahead.WriteAsync((item, bytes), cancellationToken).ConfigureAwait(false);
                    await room.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            ahead.Complete();
        }
        catch (Exception e)
        {
            ahead.Complete(e);
        }
    }

    private sealed class Room : IDisposable
    {
        private readonly SemaphoreSlim _given = new(0);
        private long _held;

        public void Take(long bytes) => Interlocked.Add(ref _held, bytes);

        public void GiveBack(long bytes)
        {
            Interlocked.Add(ref _held, -bytes);
            _given.Release();
        }

        public async ValueTask WaitAsync(CancellationToken cancellationToken)
        {
            while (Interlocked.Read(ref _held) >= MostBytes)
            {
                await _given.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        public void Dispose() => _given.Dispose();
    }
}
