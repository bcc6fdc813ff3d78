#pragma warning disable CS1591 // the names of the tests are sentences
using System.Collections.Concurrent;
using Xunit;

namespace Lifecycle.Storage.Specification;

/// <summary>What every <see cref="ILifecycleEvents"/> must hold.</summary>
/// <typeparam name="TEvents">The events under test.</typeparam>
public abstract class EventsSpecification<TEvents>
    where TEvents : ILifecycleEvents
{
    /// <summary>Who the events under test must say is acting.</summary>
    protected const string Actor = "ada@tests";

    /// <summary>Events over an empty outbox; their actor is <see cref="Actor"/>.</summary>
    protected abstract TEvents Events { get; }

    /// <summary>The database of the events.</summary>
    protected abstract LifecycleDatabase Database { get; }

    /// <summary>Other events over the same content, as another process would open them, with their database.</summary>
    protected abstract (TEvents Events, LifecycleDatabase Database) OpenAnother();

    [Fact]
    public async Task AnEvent_ArrivesAsItWasPublished()
    {
        ConcurrentQueue<LifecycleEvent> seen = [];
        await using IAsyncDisposable subscription = await Events.SubscribeAsync("one", Into(seen));
        LineageEdge edge = new(new LineageNode(LineageNode.Run, "r1"), LineageEdge.Used, new LineageNode(LineageNode.DatasetVersion, "v1"), DateTimeOffset.UnixEpoch.AddTicks(7), "bob");
        await Database.WriteAsync(async (transaction, token) =>
        {
            await Events.PublishAsync(transaction, "lifecycle.run.finished", "run/1", """{"ž":"🐎"}""", [edge], token);
            return 0;
        });
        await Events.DrainAsync();
        LifecycleEvent arrived = Assert.Single(seen);
        Assert.Equal(("lifecycle.run.finished", "run/1", """{"ž":"🐎"}""", Actor), (arrived.Name, arrived.Subject, arrived.Payload, arrived.Actor));
        Assert.Equal([edge], arrived.Edges);
        Assert.Equal(7, arrived.Id.Version);
        Assert.Equal(TimeSpan.Zero, arrived.At.Offset);
    }

    [Fact]
    public async Task Events_ArriveInTheOrderOfTheirCommits_AtEveryReceiver()
    {
        ConcurrentQueue<LifecycleEvent> first = [], second = [];
        await using IAsyncDisposable one = await Events.SubscribeAsync("one", Into(first));
        await using IAsyncDisposable two = await Events.SubscribeAsync("two", Into(second));
        await PublishAsync(Enumerable.Range(0, 600).Select(i => $"e{i}").ToArray());
        await Events.DrainAsync();
        Assert.Equal(Enumerable.Range(0, 600).Select(i => $"e{i}"), first.Select(e => e.Subject));
        Assert.Equal(first.Select(e => e.Id), second.Select(e => e.Id));
        Assert.Equal(600, first.Select(e => e.Id).Distinct().Count());
    }

    [Fact]
    public async Task AnEventOfATransactionThatWasUndone_IsNeverSeen()
    {
        ConcurrentQueue<LifecycleEvent> seen = [];
        await using IAsyncDisposable subscription = await Events.SubscribeAsync("one", Into(seen));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await Database.WriteAsync<int>(async (transaction, token) =>
        {
            await Events.PublishAsync(transaction, "lifecycle.x", "undone", "{}", null, token);
            throw new InvalidTimeZoneException();
        }));
        await PublishAsync("done");
        await Events.DrainAsync();
        Assert.Equal("done", Assert.Single(seen).Subject);
    }

    [Fact]
    public async Task AReceiver_GoesOnWhereItStopped()
    {
        ConcurrentQueue<LifecycleEvent> seen = [];
        await PublishAsync("before");
        await using (await Events.SubscribeAsync("one", Into(seen)))
        {
            await PublishAsync("while");
            await Events.DrainAsync();
        }

        await PublishAsync("between");
        Assert.Equal(["before", "while"], seen.Select(e => e.Subject));
        (TEvents other, _) = OpenAnother();
        await using (await other.SubscribeAsync("one", Into(seen)))
        {
            await other.DrainAsync();
        }

        Assert.Equal(["before", "while", "between"], seen.Select(e => e.Subject));
    }

    [Fact]
    public async Task AReceiverThatThrows_GetsTheEventAgain_BeforeTheNext()
    {
        ConcurrentQueue<string> seen = [];
        await using IAsyncDisposable subscription = await Events.SubscribeAsync("one", (happened, _) =>
        {
            seen.Enqueue(happened.Subject);
            return seen.Count <= 2 ? throw new InvalidTimeZoneException() : ValueTask.CompletedTask;
        });
        await PublishAsync("a", "b");
        await Events.DrainAsync();
        Assert.Equal(["a", "a", "a", "b"], seen);
    }

    [Fact]
    public async Task AReceiverThatThrows_DoesNotStopOthers()
    {
        ConcurrentQueue<LifecycleEvent> seen = [];
        IAsyncDisposable broken = await Events.SubscribeAsync("broken", (_, _) => throw new InvalidTimeZoneException());
        await using IAsyncDisposable good = await Events.SubscribeAsync("good", Into(seen));
        await PublishAsync("a", "b");
        using CancellationTokenSource cancel = new();
        Task drain = Events.DrainAsync(cancel.Token).AsTask();
        while (seen.Count < 2)
        {
            await Task.Delay(5);
        }

        Assert.False(drain.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drain);
        await broken.DisposeAsync();
        await Events.DrainAsync();
    }

    [Fact]
    public async Task AnEventOfAnotherProcess_Arrives()
    {
        (TEvents other, _) = OpenAnother();
        TaskCompletionSource<LifecycleEvent> arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using IAsyncDisposable subscription = await other.SubscribeAsync("one", (happened, _) =>
        {
            arrived.TrySetResult(happened);
            return ValueTask.CompletedTask;
        });
        await other.DrainAsync();
        await PublishAsync("elsewhere");
        Assert.Equal("elsewhere", (await arrived.Task.WaitAsync(TimeSpan.FromMinutes(1))).Subject);
    }

    [Fact]
    public async Task ADisposedSubscription_GetsNothingMore()
    {
        ConcurrentQueue<LifecycleEvent> seen = [];
        IAsyncDisposable subscription = await Events.SubscribeAsync("one", Into(seen));
        await subscription.DisposeAsync();
        await subscription.DisposeAsync();
        await PublishAsync("a");
        await Events.DrainAsync();
        Assert.Empty(seen);
        await using IAsyncDisposable again = await Events.SubscribeAsync("one", Into(seen));
        await Events.DrainAsync();
        Assert.Single(seen);
    }

    [Fact]
    public async Task TheTokenOfAReceiver_IsCancelledWhenItIsStopped()
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IAsyncDisposable subscription = await Events.SubscribeAsync("one", async (_, token) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        await PublishAsync("a");
        await begun.Task;
        await subscription.DisposeAsync();
        ConcurrentQueue<LifecycleEvent> seen = [];
        await using IAsyncDisposable again = await Events.SubscribeAsync("one", Into(seen));
        await Events.DrainAsync();
        Assert.Single(seen);
    }

    [Fact]
    public async Task OneNameTwice_IsRefused()
    {
        await using IAsyncDisposable one = await Events.SubscribeAsync("one", (_, _) => ValueTask.CompletedTask);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Events.SubscribeAsync("one", (_, _) => ValueTask.CompletedTask));
        await Assert.ThrowsAsync<InvalidNameException>(async () => await Events.SubscribeAsync("../x", (_, _) => ValueTask.CompletedTask));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Events.SubscribeAsync("two", (_, _) => ValueTask.CompletedTask, new CancellationToken(canceled: true)));
    }

    /// <summary>Publishes one event a subject, each in a transaction of its own.</summary>
    protected async Task PublishAsync(params string[] subjects)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        foreach (string subject in subjects)
        {
            await Database.WriteAsync(
                async (transaction, token) =>
                {
                    await Events.PublishAsync(transaction, "lifecycle.x", subject, "{}", null, token);
                    return 0;
                },
                CommitDurability.Buffered);
        }
    }

    private static Func<LifecycleEvent, CancellationToken, ValueTask> Into(ConcurrentQueue<LifecycleEvent> queue) => (happened, _) =>
    {
        queue.Enqueue(happened);
        return ValueTask.CompletedTask;
    };
}
