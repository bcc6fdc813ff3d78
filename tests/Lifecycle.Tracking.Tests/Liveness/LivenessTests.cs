using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tracking.Tests;

/// <summary>Runs whose owner is on another machine, or nowhere.</summary>
public sealed class LivenessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunOfAnotherMachine_IsLeftAlone_WhileItsOwnerBeats_AndKilledAfterwards()
    {
        FakeTimeProvider time = TrackingWorkspace.Clock();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(time);
        (string withJournal, string without) = (await ElsewhereAsync(workspace, journal: true), await ElsewhereAsync(workspace, journal: false));
        long seen = time.GetUtcNow().ToUnixTimeMilliseconds();
        time.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(0, await workspace.Experiments.RecoverAsync(Token));
        await BeatAsync(workspace, time.GetUtcNow().ToUnixTimeMilliseconds());
        time.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(0, await workspace.Experiments.RecoverAsync(Token));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(2, await workspace.Experiments.RecoverAsync(Token));
        foreach (string run in (string[])[withJournal, without])
        {
            RunRecord record = (await workspace.Experiments.GetRunAsync(run, Token))!;
            Assert.Equal((RunStatus.Killed, "host-lost"), (record.Status, record.Tags["lifecycle.end_reason"]));
        }

        Assert.Equal(0.853, (await workspace.Experiments.GetRunAsync(withJournal, Token))!.Metrics["auc"].Value);
        Assert.True((await workspace.Experiments.GetRunAsync(without, Token))!.EndedAt!.Value.ToUnixTimeMilliseconds() > seen);
    }

    [Fact]
    public async Task RunWithoutOwner_EndsWhenItIsSilent()
    {
        FakeTimeProvider time = TrackingWorkspace.Clock();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(time, new TrackingOptions { StaleRunAfter = TimeSpan.FromHours(6) });
        string run = await ElsewhereAsync(workspace, journal: false);
        await SetOwnerAsync(workspace, run, null);
        time.Advance(TimeSpan.FromHours(6));
        Assert.Equal(0, await workspace.Experiments.RecoverAsync(Token));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await workspace.Experiments.RecoverAsync(Token));
        RunRecord record = (await workspace.Experiments.GetRunAsync(run, Token))!;
        Assert.Equal((RunStatus.Killed, "silent"), (record.Status, record.Tags["lifecycle.end_reason"]));
    }

    [Fact]
    public async Task OwnersShareTheLock_AndTheLastOneRemovesIt()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["j"]);
        string run = new('a', 32);
        OwnerLock first = OwnerLock.Take(folder["j"], run);
        OwnerLock second = await OwnerLock.JoinAsync(folder["j"], run, Token);
        Assert.Null(OwnerLock.TryInherit(folder["j"], run));
        first.Remove();
        Assert.Null(OwnerLock.TryInherit(folder["j"], run));
        Assert.True(File.Exists(Path.Combine(folder["j"], run + ".lock")));
        second.Remove();
        Assert.False(File.Exists(Path.Combine(folder["j"], run + ".lock")));
        using (OwnerLock third = await OwnerLock.JoinAsync(folder["j"], run, Token))
        {
            Assert.Null(OwnerLock.TryInherit(folder["j"], run));
        }

        OwnerLock inherited = OwnerLock.TryInherit(folder["j"], run)!;
        Task<OwnerLock> waiting = OwnerLock.JoinAsync(folder["j"], run, Token).AsTask();
        Assert.False(waiting.IsCompleted);
        inherited.Remove();
        (await waiting).Remove();
        Assert.Empty(Directory.EnumerateFiles(folder["j"]));
    }

    // A run as another machine left it: in the database as running, its journal here, no lock that would tell.
    private static async Task<string> ElsewhereAsync(TrackingWorkspace workspace, bool journal)
    {
        Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        await run.CompleteAsync(cancellationToken: Token);
        await SetOwnerAsync(workspace, run.Id, "elsewhere/7/1");
        if (journal)
        {
            Guid id = Guid.ParseExact(run.Id, "N");
            JournalWriting.Write(Path.Combine(workspace.Journals, $"{run.Id}.wal"), id, JournalWriting.Records(id).Take(3));
        }

        return run.Id;
    }

    private static async Task SetOwnerAsync(TrackingWorkspace workspace, string run, string? owner) => await workspace.Store.Database.WriteAsync(
        (transaction, token) => transaction.ExecuteAsync(
            "UPDATE tracking_run SET status = 1, end_ms = NULL, owner = $owner WHERE run_id = $run", [("$owner", owner), ("$run", run)], token),
        cancellationToken: Token);

    private static async Task BeatAsync(TrackingWorkspace workspace, long now) => await workspace.Store.Database.WriteAsync(
        (transaction, token) => transaction.ExecuteAsync("UPDATE tracking_run SET beat_ms = $now", [("$now", now)], token), cancellationToken: Token);
}
