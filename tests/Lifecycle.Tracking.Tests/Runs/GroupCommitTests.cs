namespace Lifecycle.Tracking.Tests;

/// <summary>Writes that share a transaction answer as if each had been alone.</summary>
public sealed class GroupCommitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refusal_ByWhatWasUndone_IsTakenBack()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        GroupCommit group = new(workspace.Store.Database, CommitDurability.Flushed);
        ExecutionContext outside = ExecutionContext.Capture()!;
        bool undone = false;
        for (int name = 0; !undone && name < 100; name++)
        {
            using CancellationTokenSource source = new();
            string own = $"n{name}";
            Task? second = null;
            Task first = group.WriteAsync(
                async (transaction, token) =>
                {
                    if (second is null)
                    {
                        ExecutionContext.Run(outside, _ => second = group.WriteAsync((t, k) => AddAsync(t, own, source, k), Token).AsTask(), null);
                    }

                    await AddAsync(transaction, own, null, token);
                },
                source.Token).AsTask();
            undone = await Record.ExceptionAsync(() => first) is OperationCanceledException;

            // Where the group lasted too short for both, the second was refused by what is really there.
            Exception? refusal = await Record.ExceptionAsync(() => second!);
            Assert.Equal(undone, refusal is null);
            Assert.Equal(1L, await CountAsync(workspace, own));
        }

        Assert.True(undone);
    }

    [Fact]
    public async Task GroupedWriteInsideAnotherWrite_IsRefused_WhoeverLeads()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        GroupCommit group = new(workspace.Store.Database);
        Task leader = await workspace.Store.Database.WriteAsync(
            async (_, token) =>
            {
                Task leader;
                using (ExecutionContext.SuppressFlow())
                {
                    leader = Task.Run(async () => await group.WriteAsync((_, _) => ValueTask.CompletedTask, Token), Token);
                }

                // it waits for the write around this
                await Task.Delay(50, token);
                Assert.True(workspace.Store.Database.IsInsideWrite);
                await Assert.ThrowsAsync<InvalidOperationException>(async () => await group.WriteAsync((_, _) => ValueTask.CompletedTask, token));
                return leader;
            },
            cancellationToken: Token);
        await leader;
        Assert.False(workspace.Store.Database.IsInsideWrite);
    }

    [Fact]
    public async Task WorkOfACallerWhoseContextDoesNotFlow_RunsInItsContext()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        GroupCommit group = new(workspace.Store.Database, CommitDurability.Flushed);
        AsyncLocal<string?> actor = new();
        TaskCompletionSource begun = new(), go = new();
        Task first = Task.Run(
            async () =>
            {
                actor.Value = "first";
                await group.WriteAsync(
                    async (_, _) =>
                    {
                        begun.SetResult();
                        await go.Task;
                    },
                    Token);
            },
            Token);
        await begun.Task;
        string? seen = null;
        actor.Value = "second";
        Task second;
        using (ExecutionContext.SuppressFlow())
        {
            second = group.WriteAsync(
                (_, _) =>
                {
                    seen = actor.Value;
                    return ValueTask.CompletedTask;
                },
                Token).AsTask();
            Assert.True(ExecutionContext.IsFlowSuppressed());
        }

        go.SetResult();
        await first;
        await second;
        Assert.Equal("second", seen);
    }

    // Names are unique; a refusal lets the first of the group give up.
    private static async ValueTask AddAsync(LifecycleTransaction transaction, string name, CancellationTokenSource? giveUp, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync("CREATE TABLE IF NOT EXISTS test_name(name TEXT NOT NULL)", [], cancellationToken);
        if (await transaction.ScalarAsync("SELECT 1 FROM test_name WHERE name = $name", [("$name", name)], cancellationToken) is not null)
        {
            await (giveUp?.CancelAsync() ?? Task.CompletedTask);
            throw new TrackingException($"'{name}' is there already.");
        }

        await transaction.ExecuteAsync("INSERT INTO test_name(name) VALUES($name)", [("$name", name)], cancellationToken);
    }

    private static async Task<long> CountAsync(TrackingWorkspace workspace, string name) =>
        (await workspace.Store.Database.QueryAsync("SELECT count(*) FROM test_name WHERE name = $name", [("$name", name)], r => r.GetInt64(0), Token))[0];
}
