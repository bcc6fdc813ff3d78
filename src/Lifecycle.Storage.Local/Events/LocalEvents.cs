using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Storage.Local;

/// <summary>
/// Events through the table <c>storage_outbox</c>. Receivers of this process hear of an event at its commit; those of other processes within
/// <see cref="LocalStorageOptions.EventPollInterval"/>. All events are in the order of their commits.
/// </summary>
public sealed class LocalEvents : ILifecycleEvents, IAsyncDisposable, IDisposable
{
    private readonly Outbox _outbox;
    private readonly IActorAccessor _actor;
    private readonly TimeSpan _poll;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, OutboxReceiver> _receivers = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _subscribing = new(1, 1);
    private volatile bool _closed;

    /// <summary>Makes the events of a <see cref="SqliteDatabase"/> or a decorator of one.</summary>
    /// <param name="database">Holds the outbox.</param>
    /// <param name="actor">Who is acting; null means the user and the process.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="logger">Hears of receivers that fail.</param>
    public LocalEvents(
        LifecycleDatabase database, IActorAccessor? actor = null, LocalStorageOptions? options = null, TimeProvider? time = null, ILogger<LocalEvents>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        _outbox = new Outbox(database);
        _actor = actor ?? new ProcessActor();
        _poll = (options ?? new LocalStorageOptions()).Checked().EventPollInterval;
        _time = time ?? TimeProvider.System;
        _logger = (ILogger?)logger ?? NullLogger.Instance;
    }

    /// <inheritdoc/>
    public async ValueTask PublishAsync(
        LifecycleTransaction transaction, string name, string subject, string payload, IReadOnlyList<LineageEdge>? edges = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(payload);
        LifecycleEvent happened = new(LifecycleId.New(_time), name, subject, _time.GetUtcNow(), _actor.Actor, edges ?? [], payload);
        await Outbox.AddAsync(transaction, happened, cancellationToken).ConfigureAwait(false);
        transaction.OnCommitted(Wake);
    }

    /// <inheritdoc/>
    /// <remarks>A receiver with a new name begins with the first event of the workspace. Two processes may use one name; then both get every event.</remarks>
    /// <exception cref="InvalidOperationException">A receiver of this name is there already in this process.</exception>
    public async ValueTask<IAsyncDisposable> SubscribeAsync(
        string receiver, Func<LifecycleEvent, CancellationToken, ValueTask> handle, CancellationToken cancellationToken = default)
    {
        ResourceName.Require(receiver, "receiver");
        ArgumentNullException.ThrowIfNull(handle);
        await _subscribing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_receivers.ContainsKey(receiver))
            {
                throw new InvalidOperationException($"There is a receiver '{receiver}' in this process. Dispose it first, or choose another name.");
            }

            long position = await _outbox.PositionAsync(receiver, cancellationToken).ConfigureAwait(false);
            OutboxReceiver started = new(_outbox, receiver, position, handle, _poll, _time, _logger, ended => _receivers.TryRemove(ended.Name, out _));
            _receivers[receiver] = started;
            return started;
        }
        finally
        {
            _subscribing.Release();
        }
    }

    /// <inheritdoc/>
    /// <remarks>Do not call it from a receiver: it would wait for itself.</remarks>
    public async ValueTask DrainAsync(CancellationToken cancellationToken = default)
    {
        long newest = await _outbox.NewestAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(_receivers.Values.Select(r => r.DrainAsync(newest, cancellationToken))).ConfigureAwait(false);
    }

    /// <summary>Stops all receivers; what they did not handle waits for their next start.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        foreach (OutboxReceiver receiver in _receivers.Values)
        {
            await receiver.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stops all receivers; what they did not handle waits for their next start.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void Wake()
    {
        foreach (OutboxReceiver receiver in _receivers.Values)
        {
            receiver.Wake();
        }
    }
}
