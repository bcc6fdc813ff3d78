using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Lifecycle.Data;

/// <summary>
/// Keeps the edges of events. One for all <see cref="DatasetLineage"/> of a process that share their events: a durable receiver has one listener.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The semaphore's wait handle is never taken, so it holds nothing; the table lets the object go with its events.")]
internal sealed class LineageSubscriber
{
    private const string Receiver = "data-lineage";

    private static readonly ConditionalWeakTable<ILifecycleEvents, LineageSubscriber> Subscribers = [];

    private readonly SemaphoreSlim _changing = new(1, 1);
    private IAsyncDisposable? _subscription;
    private int _users;

    public static LineageSubscriber Of(ILifecycleEvents events) => Subscribers.GetValue(events, _ => new LineageSubscriber());

    public async ValueTask JoinAsync(LifecycleDatabase database, ILifecycleEvents events, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _subscription ??= await events.SubscribeAsync(Receiver, (happened, token) => KeepAsync(database, happened, token), cancellationToken).ConfigureAwait(false);
            _users++;
        }
        finally
        {
            _changing.Release();
        }
    }

    public async ValueTask LeaveAsync()
    {
        await _changing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (--_users == 0 && _subscription is { } last)
            {
                _subscription = null;
                await last.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private static async ValueTask KeepAsync(LifecycleDatabase database, LifecycleEvent happened, CancellationToken cancellationToken)
    {
        if (happened.Edges.Count > 0)
        {
            await database.WriteAsync(
                async (transaction, token) =>
                {
                    await DatasetTables.InsertEdgesAsync(transaction, happened.Edges, token).ConfigureAwait(false);
                    return true;
                },
                CommitDurability.Flushed,
                cancellationToken).ConfigureAwait(false);
        }
    }
}
