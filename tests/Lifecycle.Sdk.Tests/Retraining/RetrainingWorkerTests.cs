using Lifecycle.Drift;
using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Sdk.Tests;

public sealed class RetrainingWorkerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task DriftOfTheModel_BeginsATraining()
    {
        await using Workspace workspace = new();
        TaskCompletionSource<RetrainingContext> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ModelLifecycle lifecycle = await workspace.OpenAsync(
            builder => builder.Retrain(_ => RetrainingTests.Plan("a", Decided.Well, told: c => told.TrySetResult(c))));
        DriftReport drifted = RetrainingTests.Profile().Check<int>([.. Enumerable.Range(400, 500)]);
        Assert.True(drifted.HasDrift);
        await lifecycle.Drift.SaveAsync("cards", "1", drifted);
        await lifecycle.Events.DrainAsync();
        Assert.False(told.Task.IsCompleted);
        await lifecycle.Drift.SaveAsync("loans", "1", drifted);
        Assert.Equal("drift found", (await told.Task.WaitAsync(Patience)).Trigger);
        Assert.Equal(1, (await PromotedAsync(lifecycle)).Version);
    }

    [Fact]
    public async Task ASchedule_BeginsTrainings_AndOneThatFails_DoesNotEndIt()
    {
        await using Workspace workspace = new();
        FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56));
        int trainings = 0;
        RetrainingSchedule hourly = new() { OnDrift = false, Every = TimeSpan.FromHours(1), AtMostEvery = TimeSpan.Zero };
        ModelLifecycle lifecycle = await workspace.OpenAsync(builder =>
        {
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time));
            builder.Retrain(
                _ => RetrainingTests.Plan("a", Decided.Well, told: _ =>
                {
                    if (Interlocked.Increment(ref trainings) == 1)
                    {
                        throw new InvalidDataException("not today");
                    }
                }),
                hourly);
        });
        using CancellationTokenSource patience = new(Patience);
        while (await lifecycle.Registry.GetByAliasAsync("loans", "champion", patience.Token) is null)
        {
            time.Advance(TimeSpan.FromMinutes(10));
            await Task.Delay(20, patience.Token);
        }

        Assert.True(trainings >= 2);
        Assert.Contains((await lifecycle.Experiments.Runs.In("loans").ToPageAsync()).Runs, r => r.Status == RunStatus.Failed);
    }

    [Fact]
    public async Task AScheduleThatNeverBegins_OrIsNoTime_IsRefusedAtTheStart()
    {
        await using Workspace workspace = new();
        foreach (RetrainingSchedule wrong in (RetrainingSchedule[])
            [
                new() { OnDrift = false },
                new() { Every = TimeSpan.Zero },
                new() { Every = TimeSpan.FromDays(60) },
                new() { AtMostEvery = TimeSpan.FromSeconds(-1) },
            ])
        {
            LifecycleException error = await Assert.ThrowsAsync<LifecycleException>(
                () => workspace.OpenAsync(builder => builder.Retrain(_ => RetrainingTests.Plan("a", Decided.Well), wrong)));
            Assert.Contains("The retraining of 'loans'", error.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<AliasPeriod> PromotedAsync(ModelLifecycle lifecycle)
    {
        using CancellationTokenSource patience = new(Patience);
        await foreach (AliasPeriod? period in lifecycle.Registry.WatchAsync("loans", "champion", patience.Token))
        {
            if (period is not null)
            {
                return period;
            }
        }

        throw new InvalidOperationException("The watch ended.");
    }
}
