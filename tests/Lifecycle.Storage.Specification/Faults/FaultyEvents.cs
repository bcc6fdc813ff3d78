namespace Lifecycle.Storage.Specification;

/// <summary>Events whose operations go wrong as planned. Names: <c>events.publish</c>, <c>.subscribe</c>, <c>.handle</c>, <c>.drain</c>.</summary>
/// <param name="inner">The events that do the work.</param>
/// <param name="plan">What goes wrong.</param>
public sealed class FaultyEvents(ILifecycleEvents inner, FaultPlan plan) : ILifecycleEvents
{
    /// <inheritdoc/>
    public async ValueTask PublishAsync(
        LifecycleTransaction transaction, string name, string subject, string payload, IReadOnlyList<LineageEdge>? edges = null, CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("events.publish", cancellationToken);
        await inner.PublishAsync(transaction, name, subject, payload, edges, cancellationToken);
        if (half is not null)
        {
            throw half;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> SubscribeAsync(
        string receiver, Func<LifecycleEvent, CancellationToken, ValueTask> handle, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handle);
        Exception? half = await plan.StepAsync("events.subscribe", cancellationToken);
        return half is null ? await inner.SubscribeAsync(receiver, HandleAsync, cancellationToken) : throw half;

        async ValueTask HandleAsync(LifecycleEvent happened, CancellationToken token)
        {
            Exception? late = await plan.StepAsync("events.handle", token);
            await handle(happened, token);
            if (late is not null)
            {
                throw late;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DrainAsync(CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("events.drain", cancellationToken);
        await inner.DrainAsync(cancellationToken);
        if (half is not null)
        {
            throw half;
        }
    }
}
