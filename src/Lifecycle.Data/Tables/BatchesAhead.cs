using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Lifecycle.Data;

/// <summary>Lets another thread read what comes next while what came before is looked at.</summary>
internal static class BatchesAhead
{
    /// <summary>The same things in the same order, some of them read ahead of need; an error of the source comes where it would have come.</summary>
    /// <param name="source">Gives things that stay as they are.</param>
    /// <param name="most">How many wait at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <typeparam name="T">What is read.</typeparam>
    public static async IAsyncEnumerable<T> ReadAheadAsync<T>(
        this IAsyncEnumerable<T> source, int most, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Channel<T> ahead = Channel.CreateBounded<T>(new BoundedChannelOptions(most) { SingleReader = true, SingleWriter = true });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task reading = Task.Run(() => FillAsync(source, ahead.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (T item in ahead.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
    }

    private static async Task FillAsync<T>(IAsyncEnumerable<T> source, ChannelWriter<T> ahead, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (T item in source.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                await ahead.WriteAsync(item, cancellationToken).ConfigureAwait(false);
            }

            ahead.Complete();
        }
        catch (Exception e)
        {
            ahead.Complete(e);
        }
    }
}
