// Steps decide when an answer is there, so it is looked at, not awaited.
#pragma warning disable CA2012, xUnit1031
using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class TicketTests
{
    /// <summary>Random arrivals, exits, cancellations and deadlines against two lists: those that run and those that wait.</summary>
    [Property(MaxTest = 300)]
    public void Tickets_AreGrantedInOrderAndNeverTooMany(byte[] steps, byte concurrency)
    {
        int most = 1 + (concurrency % 4);
        using SteppedRunner runner = Unbatched(most);
        List<ValueTask<AdmissionTicket>> running = [];
        List<(ValueTask<AdmissionTicket> Task, CancellationTokenSource Source)> waiting = [];
        foreach (byte step in steps)
        {
            switch (step % 4)
            {
                case 0 or 1:
                    CancellationTokenSource source = new();
                    ValueTask<AdmissionTicket> task = runner.Runner.EnterAsync(default, 0, source.Token);
                    if (running.Count < most)
                    {
                        running.Add(task);
                    }
                    else
                    {
                        waiting.Add((task, source));
                    }

                    break;
                case 2 when running.Count > 0:
                    int at = step / 4 % running.Count;
                    runner.Runner.Exit(running[at].Result);
                    running.RemoveAt(at);
                    if (waiting.Count > 0)
                    {
                        running.Add(waiting[0].Task);
                        waiting.RemoveAt(0);
                    }

                    break;
                case 3 when waiting.Count > 0:
                    int of = step / 4 % waiting.Count;
                    waiting[of].Source.Cancel();
                    Assert.True(waiting[of].Task.IsCanceled);
                    waiting.RemoveAt(of);
                    break;
            }

            Assert.All(running, t => Assert.True(t.IsCompletedSuccessfully));
            Assert.All(waiting, w => Assert.False(w.Task.IsCompleted));
            Assert.Equal(waiting.Count, runner.Runner.Waiting);
        }
    }

    [Fact]
    public void Ticket_And_Runs_ShareThePlaces()
    {
        using SteppedRunner runner = Unbatched(1);
        AdmissionTicket ticket = runner.Runner.EnterAsync(default, 0, TestContext.Current.CancellationToken).Result;
        EchoCall call = runner.Call(1);
        ValueTask<AdmissionTicket> next = runner.Runner.EnterAsync(default, 0, TestContext.Current.CancellationToken);
        Assert.Equal(0, runner.Started);
        runner.Clock.Advance(TimeSpan.FromSeconds(2));
        runner.Runner.Exit(ticket);
        Assert.Equal((1, false), (runner.Started, next.IsCompleted));
        runner.StepAll();
        Assert.True(call.Answered);
        AdmissionTicket granted = next.Result;
        Assert.Equal(2 * runner.Clock.TimestampFrequency, granted.Queue);
        Task idle = runner.Runner.WhenIdle();
        Assert.False(idle.IsCompleted);
        runner.Runner.Exit(granted);
        Assert.True(idle.IsCompleted);
    }

    [Fact]
    public void Ticket_Expired_IsNotGranted()
    {
        using SteppedRunner runner = Unbatched(1);
        AdmissionTicket ticket = runner.Runner.EnterAsync(default, 0, TestContext.Current.CancellationToken).Result;
        ValueTask<AdmissionTicket> late = runner.Runner.EnterAsync(
            new RunRequest(Timeout: TimeSpan.FromMilliseconds(5)), 0, TestContext.Current.CancellationToken);
        runner.Clock.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Throws<PredictionTimeoutException>(() => late.GetAwaiter().GetResult());
        runner.Runner.Exit(ticket);
        Assert.True(runner.Runner.WhenIdle().IsCompleted);
    }

    [Fact]
    public void Ticket_WhoseRunWasCancelled_ComesToTheNextInLine()
    {
        using SteppedRunner runner = Unbatched(1);
        using CancellationTokenSource gone = new();
        AdmissionTicket ticket = runner.Runner.EnterAsync(default, 0, TestContext.Current.CancellationToken).Result;
        EchoCall call = runner.Call(1, cancellation: gone);
        ValueTask<AdmissionTicket> next = runner.Runner.EnterAsync(default, 0, TestContext.Current.CancellationToken);
        runner.Runner.Exit(ticket);
        Assert.Equal(1, runner.Started);
        gone.Cancel();
        Assert.IsType<OperationCanceledException>(call.Error);

        // The worker that was on its way for the call finds a ticket and leaves it its place.
        runner.StepAll();
        runner.Runner.Exit(next.Result);
        Assert.Empty(runner.Model.Runs);
        Assert.True(runner.Runner.WhenIdle().IsCompleted);
    }

    private static SteppedRunner Unbatched(int concurrency) =>
        new(a => (a.MaxConcurrency, a.QueueLength) = (concurrency, 10_000), model: new EchoModel(batched: false));
}
