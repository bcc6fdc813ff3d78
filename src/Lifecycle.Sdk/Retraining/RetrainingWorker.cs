using System.Threading.Channels;
using Lifecycle.Tracking;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lifecycle;

/// <summary>Runs the loop of one model in the background: on drift, on schedule, or both. A training that fails is logged and tried at the next trigger.</summary>
internal sealed partial class RetrainingWorker(
    RetrainingLoop loop, ModelRegistry registry, ILifecycleEvents events, RetrainingPlan plan, RetrainingSchedule schedule, TimeProvider time, ILogger<RetrainingWorker> logger) : BackgroundService
{
    private readonly Channel<string> _triggers = Channel.CreateBounded<string>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private IAsyncDisposable? _subscription;

    /// <summary>Subscribes before it says that it has started, so that a mistake in the plan is told by the start.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (schedule.OnDrift)
        {
            _subscription = await events.SubscribeAsync($"retraining-{plan.Model}", OnEventAsync, cancellationToken).ConfigureAwait(false);
        }

        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _subscription, null) is { } subscription)
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
        }

        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer? timer = schedule.Every is { } every ? new PeriodicTimer(every, time) : null;
        Task ticks = TickAsync(timer, stoppingToken);
        await foreach (string trigger in _triggers.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            await RunOnceAsync(trigger, stoppingToken).ConfigureAwait(false);
            await Task.Delay(schedule.AtMostEvery, time, stoppingToken).ConfigureAwait(false);
        }

        await ticks.ConfigureAwait(false);
    }

    private async ValueTask OnEventAsync(LifecycleEvent found, CancellationToken cancellationToken)
    {
        if (found.Name != "lifecycle.drift.found" || found.Subject != $"model/{plan.Model}")
        {
            return;
        }

        // Drift that was found before the champion took over is the drift that it was trained for.
        AliasPeriod? period = await registry.WhoWasAsync(plan.Model, plan.Alias, time.GetUtcNow(), cancellationToken: cancellationToken).ConfigureAwait(false);
        if (period is null || found.At > period.From)
        {
            _triggers.Writer.TryWrite("drift found");
        }
    }

    private async Task TickAsync(PeriodicTimer? timer, CancellationToken cancellationToken)
    {
        while (timer is not null && await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            _triggers.Writer.TryWrite($"schedule, every {schedule.Every}");
        }
    }

    private async Task RunOnceAsync(string trigger, CancellationToken cancellationToken)
    {
        try
        {
            RetrainingOutcome outcome = await loop.RunOnceAsync(plan, trigger, cancellationToken).ConfigureAwait(false);
            Ended(logger, plan.Model, trigger, outcome.Result);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // one failed training must not end the application that serves
        catch (Exception error)
#pragma warning restore CA1031
        {
            Failed(logger, error, plan.Model, trigger);
        }
    }

    [LoggerMessage(6101, LogLevel.Information, "Retraining of {Model} ({Trigger}) ended: {Result}")]
    private static partial void Ended(ILogger logger, string model, string trigger, RetrainingResult result);

    [LoggerMessage(6102, LogLevel.Error, "Retraining of {Model} ({Trigger}) failed; the champion stays, the next trigger tries again")]
    private static partial void Failed(ILogger logger, Exception error, string model, string trigger);
}
