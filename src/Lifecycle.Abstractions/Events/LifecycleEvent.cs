namespace Lifecycle;

/// <summary>Something that happened.</summary>
/// <param name="Id">Version-7 Guid; a receiver that saw the id before may ignore the event.</param>
/// <param name="Name">For example <c>lifecycle.model.alias.moved</c>.</param>
/// <param name="Subject">What it happened to; events of one subject arrive in order.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Edges">Lineage that came into being, often none.</param>
/// <param name="Payload">JSON.</param>
public sealed record LifecycleEvent(
    Guid Id, string Name, string Subject, DateTimeOffset At, string Actor, IReadOnlyList<LineageEdge> Edges, string Payload);

/// <summary>Publishes what happened: at least once, in order for each subject, in the transaction of the change it tells of.</summary>
public interface ILifecycleEvents
{
    /// <summary>Writes an event to the outbox in the given transaction; it is delivered after the commit.</summary>
    ValueTask PublishAsync(
        LifecycleTransaction transaction, string name, string subject, string payload, IReadOnlyList<LineageEdge>? edges = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Hands events to a receiver, beginning where the receiver of this name stopped last time, also in an earlier process.
    /// A receiver that throws gets the event again.
    /// </summary>
    /// <param name="receiver">Durable name of the receiver.</param>
    /// <param name="handle">Is called for one event at a time.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <returns>Dispose it to stop.</returns>
    ValueTask<IAsyncDisposable> SubscribeAsync(
        string receiver, Func<LifecycleEvent, CancellationToken, ValueTask> handle, CancellationToken cancellationToken = default);

    /// <summary>Waits until every event committed before the call was handed to every receiver of this process.</summary>
    ValueTask DrainAsync(CancellationToken cancellationToken = default);
}
