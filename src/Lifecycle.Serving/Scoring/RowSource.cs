namespace Lifecycle.Serving;

/// <summary>Where the rows of a scoring job come from; read by one thread at a time, a chunk at once.</summary>
internal abstract class RowSource<T> : IAsyncDisposable
{
    public static RowSource<T> Of(IAsyncEnumerable<T> rows, CancellationToken cancellationToken) =>
        new Awaited(rows.GetAsyncEnumerator(cancellationToken));

    /// <summary>Rows that are there: none of them costs an await.</summary>
    public static RowSource<T> Of(IEnumerable<T> rows) => new Present(rows.GetEnumerator());

    /// <summary>Reads the next rows.</summary>
    /// <returns>How many; fewer than there is room for means that there are no more.</returns>
    public abstract ValueTask<int> ReadAsync(T[] into, int most);

    public abstract ValueTask DisposeAsync();

    private sealed class Present(IEnumerator<T> rows) : RowSource<T>
    {
        public override ValueTask<int> ReadAsync(T[] into, int most)
        {
            int count = 0;
            while (count < most && rows.MoveNext())
            {
                into[count++] = rows.Current;
            }

            return new(count);
        }

        public override ValueTask DisposeAsync()
        {
            rows.Dispose();
            return default;
        }
    }

    private sealed class Awaited(IAsyncEnumerator<T> rows) : RowSource<T>
    {
        public override async ValueTask<int> ReadAsync(T[] into, int most)
        {
            int count = 0;
            while (count < most && await rows.MoveNextAsync().ConfigureAwait(false))
            {
                into[count++] = rows.Current;
            }

            return count;
        }

        public override ValueTask DisposeAsync() => rows.DisposeAsync();
    }
}
