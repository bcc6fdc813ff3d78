using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Serving;

/// <summary>
/// What the served models were asked and answered, and what became of it. Predictions come by <c>LogInferences</c>, outcomes by
/// <see cref="FeedbackAsync(string, Guid, string, CancellationToken)"/>. Safe for any number of threads; many processes may share a workspace.
/// </summary>
public sealed partial class InferenceLog : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(25);

    private readonly LogStorage _storage;
    private readonly ConcurrentDictionary<string, SegmentWriter> _writers = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private SegmentSealer? _rescue;
    private Task _rescued = Task.CompletedTask;
    private Task? _stopped;

    /// <summary>Makes the log over a workspace's parts.</summary>
    /// <param name="database">Where segments and outcomes are kept.</param>
    /// <param name="blobs">Where sealed segments are kept.</param>
    /// <param name="upkeep">Is told which blobs are needed.</param>
    /// <param name="journal">Where records are written before they are sealed.</param>
    /// <param name="actor">Who tells outcomes.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="logger">Where failures in the background are written; null means nowhere.</param>
    public InferenceLog(
        LifecycleDatabase database, IBlobStore blobs, BlobUpkeep upkeep, JournalFolder journal, IActorAccessor actor, TimeProvider? time = null,
        ILogger<InferenceLog>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(upkeep);
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(actor);
        _storage = new LogStorage(
            database, blobs, upkeep, journal.Path, actor, time ?? TimeProvider.System, logger ?? (ILogger)NullLogger<InferenceLog>.Instance);
    }

    /// <summary>Told of every outcome that was stored and was not there already: model, request, JSON. What a handler throws is logged.</summary>
    public event Action<string, Guid, string>? FeedbackStored;

    /// <summary>Whether the host serves a model without a log and without sinks; set by the host.</summary>
    internal Func<string, bool>? IsUnwatched { get; set; }

    /// <summary>Told as <see cref="FeedbackStored"/>, before it; set by the host for the sinks of its models.</summary>
    internal Action<string, Guid, string>? Sinks { get; set; }

    /// <summary>How a version is run for a replay, without being counted; set by the host.</summary>
    internal Func<string, string, CancellationToken, ValueTask<ReplayTarget>>? Replaying { get; set; }

    /// <summary>Ends when the spools of dead processes are sealed, or the stop came.</summary>
    internal Task Rescued => _rescued;

    /// <summary>Writes and seals what is there, in at most 25 s; the host does it at its stop.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(StopLimit).ConfigureAwait(false);

    /// <summary>Writes and seals what is there; prefer <see cref="DisposeAsync"/>.</summary>
    public void Dispose() => StopAsync(StopLimit).GetAwaiter().GetResult();

    /// <summary>The log over the storage of a container.</summary>
    /// <exception cref="LifecycleException">The container has no storage.</exception>
    internal static InferenceLog Of(IServiceProvider services, TimeProvider time, ILogger<InferenceLog>? logger)
    {
        return new InferenceLog(
            Need<LifecycleDatabase>(), Need<IBlobStore>(), Need<BlobUpkeep>(), Need<JournalFolder>(),
            services.GetService(typeof(IActorAccessor)) as IActorAccessor ?? new ProcessActor(), time, logger);

        T Need<T>()
            where T : class => services.GetService(typeof(T)) as T ?? throw new LifecycleException(
                $"The inference log needs storage, and this host has none ({typeof(T).Name} is missing). "
                + "Build the host with AddModelLifecycle and UseLocalStorage(...), or take LogInferences(...) out.");
    }

    /// <summary>Begins to log a model; the first call also takes over what dead processes left. The storage may be away: then it is tried again.</summary>
    /// <param name="model">Name under which it is served.</param>
    /// <param name="sample">Share of the requests that is logged, above 0 and at most 1.</param>
    /// <param name="options">Ring, spool and redactions. Call <see cref="InferenceLogOptions.Check"/> with every version that is loaded.</param>
    /// <param name="cancellationToken">Cancels the asking for a key.</param>
    /// <returns>Where predictions are left.</returns>
    /// <exception cref="LifecycleException">A setting is wrong, a key is not there, or the model is logged already.</exception>
    internal async ValueTask<LogRing> OpenAsync(string model, double sample, InferenceLogOptions options, CancellationToken cancellationToken)
    {
        ResourceName.Require(model, "served model");
        options.Validate(model, sample);
        WakeSignal wake = new();
        LogRing ring = new(
            sample, options.RingRecords, options.RingBytes,
            await ColumnRedaction.OfAsync(model, options.Redactions, _storage.Database.Folder, cancellationToken).ConfigureAwait(false), wake);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped is not null, this);
            if (_writers.ContainsKey(model))
            {
                throw new LifecycleException($"The model '{model}' is logged already; open its log once.");
            }

            if (_rescue is null)
            {
                _rescue = new SegmentSealer(_storage);
                _rescued = Task.Run(() => RescueAsync(_rescue), CancellationToken.None);
            }

            _writers[model] = new SegmentWriter(model, ring, wake, options, _storage, _rescue);
        }

        return ring;
    }

    /// <summary>Writes and seals what is there. After it every record is dropped; outcomes and reading go on.</summary>
    /// <param name="limit">What the store does not take in this time is left to the next start.</param>
    internal Task StopAsync(TimeSpan limit)
    {
        lock (_gate)
        {
            return _stopped ??= StopAsync([.. _writers.Values], _rescue, limit);
        }
    }

    /// <summary>Ends when what was recorded before the call can be read.</summary>
    internal async ValueTask WrittenAsync(string model)
    {
        if (_writers.TryGetValue(model, out SegmentWriter? writer))
        {
            await writer.WrittenAsync().ConfigureAwait(false);
        }
    }

    private static async Task StopAsync(SegmentWriter[] writers, SegmentSealer? rescue, TimeSpan limit)
    {
        await Task.WhenAll([.. writers.Select(w => w.StopAsync(limit)), rescue?.CompleteAsync(limit) ?? Task.CompletedTask]).ConfigureAwait(false);
        foreach (SegmentWriter writer in writers)
        {
            writer.Dispose();
        }

        rescue?.Dispose();
    }

    private async Task RescueAsync(SegmentSealer rescue)
    {
        try
        {
            foreach (SpoolFile spool in SpoolFile.Inherit(_storage.Folder, (file, error) => ServingLog.SpoolNotTaken(_storage.Logger, error, file, error.Message)))
            {
                rescue.Add(spool);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ServingLog.SpoolNotTaken(_storage.Logger, error, _storage.Folder, error.Message);
        }

        await rescue.IdleAsync().ConfigureAwait(false);
    }
}
