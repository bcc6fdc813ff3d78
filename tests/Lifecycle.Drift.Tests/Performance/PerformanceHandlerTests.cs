namespace Lifecycle.Drift.Tests;

/// <summary>Handlers that wait for what cannot happen before they return.</summary>
public sealed class PerformanceHandlerTests : PerformanceLives
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handler_may_wait_for_disposal_while_a_timer_is_busy(bool inputs)
    {
        BusyTimers time = new();
        TaskCompletionSource disposed = new();
        if (inputs)
        {
            DriftMonitor monitor = Ledgers.Reference.Monitor(m => m.Every(TimeSpan.FromHours(1)).AtLeast(10), time);
            monitor.Checked += _ => Dispose(monitor, disposed);
            Ledgers.Record(monitor, 200, 1);
            _ = monitor.CloseWindowAsync(Token).AsTask();
        }
        else
        {
            PerformanceMonitor monitor = PerformanceMonitor.Over(EstimatorOf(q => q.Every(TimeSpan.FromHours(1))), time);
            monitor.Closed += _ => Dispose(monitor, disposed);
            Record(monitor, Rows, 0, 1000);
            _ = monitor.CloseWindowAsync(Token).AsTask();
        }

        await disposed.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task A_handler_that_waits_for_its_monitor_to_be_opened_again_is_told_that_it_cannot()
    {
        PerformanceMonitor first = await OpenAsync();
        TaskCompletionSource<Exception?> told = new();
        TaskCompletionSource locked = new(), unlock = new();
        first.Closed += point =>
        {
            try
            {
                // The database is busy: the opening goes on elsewhere than in the handler.
                _ = World.Workspace.Database.WriteAsync(
                    async (_, _) =>
                    {
                        locked.SetResult();
                        await Task.Delay(200, CancellationToken.None);
                        return 0;
                    }, CommitDurability.Buffered, CancellationToken.None).AsTask();
                locked.Task.Wait();
                OpenAsync().AsTask().Wait();
                told.SetResult(null);
            }
            catch (AggregateException error)
            {
                told.SetResult(error.InnerException);
            }
        };
        Record(first, Rows, 0, 1000);
        Exception? thrown = await told.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.Contains("to be opened again", Assert.IsType<InvalidOperationException>(thrown).Message, StringComparison.Ordinal);
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_handler_that_comes_after_the_loss_is_told_of_it()
    {
        await using PerformanceMonitor first = await OpenAsync();
        Assert.True(first.IsRecording);
        await using PerformanceMonitor second = await OpenAsync();
        await Assert.ThrowsAsync<MonitorHeldException>(async () => await first.FlushAsync(Token));
        await first.DisposeAsync();
        TaskCompletionSource<MonitorHeldException> told = new();
        first.Lost += told.SetResult;
        Assert.True((await told.Task.WaitAsync(TimeSpan.FromSeconds(5), Token)).IsHere);
        Assert.Equal((false, true), (first.IsRecording, second.IsRecording));
        Assert.True(Drift.HoldsPerformance("loans", "3", "performance"));
        await second.DisposeAsync();
        Assert.False(Drift.HoldsPerformance("loans", "3", "performance"));
    }

    private static void Dispose(IAsyncDisposable monitor, TaskCompletionSource disposed)
    {
        monitor.DisposeAsync().AsTask().Wait();
        disposed.TrySetResult();
    }

    /// <summary>A clock whose timers are just being called when they are disposed.</summary>
    private sealed class BusyTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new BusyTimer();

        private sealed class BusyTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public async ValueTask DisposeAsync() => await Task.Delay(20);
        }
    }
}
