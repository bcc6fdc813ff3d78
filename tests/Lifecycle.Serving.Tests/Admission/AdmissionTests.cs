// Steps decide when an answer is there, so it is looked at, not awaited.
#pragma warning disable CA2012, xUnit1031
namespace Lifecycle.Serving.Tests;

public sealed class AdmissionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Admission_QueueBytesFull_Rejects()
    {
        using SteppedRunner runner = new(a => a.QueueBytes = 100, calm: false);
        EchoCall first = runner.Call(1, rows: 10);
        Assert.Equal(RejectionReason.QueueFull, Assert.IsType<PredictionRejectedException>(runner.Call(2, rows: 3).Error).Reason);
        EchoCall small = runner.Call(3, rows: 2);
        runner.StepAll();
        Assert.True(first.Answered && small.Answered);

        // A call that need not wait is not refused, however large.
        EchoCall large = runner.Call(4, rows: 30);
        runner.StepAll();
        Assert.True(large.Answered);
    }

    [Fact]
    public void Admission_NoQueue_StillUsesFreeWorkers()
    {
        using SteppedRunner runner = new(a => a.QueueLength = 0);
        EchoCall? refused = null;
        runner.Model.OnRun = _ => refused ??= new[] { runner.Call(2), runner.Call(3) }[1];
        Assert.True(runner.Call(1).Answered);
        Assert.IsType<PredictionRejectedException>(refused!.Error);
        runner.StepAll();
        Assert.Equal([[1], [2]], runner.Model.Runs);
    }

    [Fact]
    public void Admission_WaitBeyondDeadline_RejectsBeforeWork()
    {
        // Two workers, batches of 32, 3 s a batch: 64 rows ahead take 3 s, and the call's own run as long.
        using SteppedRunner runner = new(calm: false);
        runner.Runner.Seed(TimeSpan.FromSeconds(3));
        EchoCall[] ahead = [runner.Call(1, 32), runner.Call(2, 32)];
        PredictionRejectedException error = Assert.IsType<PredictionRejectedException>(
            runner.Call(3, request: new RunRequest(Timeout: TimeSpan.FromSeconds(6))).Error);
        Assert.Equal((RejectionReason.Deadline, TimeSpan.FromSeconds(3)), (error.Reason, error.RetryAfter));
        EchoCall patient = runner.Call(4, request: new RunRequest(Timeout: TimeSpan.FromSeconds(6.1)));
        Assert.Equal(TimeSpan.FromSeconds(3), runner.Runner.MeanRun);
        runner.StepAll();
        Assert.All([.. ahead, patient], c => Assert.True(c.Answered));
        Assert.True(runner.Runner.MeanRun < TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void Admission_RunningMean_WeighsTheNewestByAFifth()
    {
        using SteppedRunner runner = new();
        runner.Runner.Seed(TimeSpan.FromSeconds(1));
        runner.Model.OnRun = _ => runner.Clock.Advance(TimeSpan.FromSeconds(2));
        runner.Call(1);
        Assert.Equal(1.2, runner.Runner.MeanRun.TotalSeconds, 6);
        runner.Call(2);
        Assert.Equal(1.36, runner.Runner.MeanRun.TotalSeconds, 6);
    }

    [Fact]
    public void Admission_ExpiredWhileBatchRuns_RejectedWithin20ms()
    {
        using SteppedRunner runner = new(a => a.MaxConcurrency = 1, calm: false);
        EchoCall running = runner.Call(1);
        EchoCall? waiting = null, other = null;
        runner.Model.OnRun = ids =>
        {
            if (ids[0] != 1)
            {
                return;
            }

            waiting = runner.Call(2, request: new RunRequest(Timeout: TimeSpan.FromMilliseconds(100)));
            other = runner.Call(3, request: new RunRequest(Timeout: TimeSpan.FromMilliseconds(300)));
            runner.Clock.Advance(TimeSpan.FromMilliseconds(99));
            Assert.False(waiting.Ended);
            runner.Clock.Advance(TimeSpan.FromMilliseconds(5));
            Assert.True(waiting.Ended, "it is told while the batch still runs");
            Assert.False(other.Ended);
            Assert.Equal(1, runner.Runner.Waiting);
            runner.Clock.Advance(TimeSpan.FromMilliseconds(500));
            Assert.True(other.Ended);
            Assert.Equal(0, runner.Runner.Waiting);
        };
        runner.StepAll();
        PredictionTimeoutException error = Assert.IsType<PredictionTimeoutException>(waiting!.Error);
        Assert.Equal((runner.Name, TimeSpan.FromMilliseconds(100)), (error.Model, error.Timeout));
        Assert.IsType<PredictionTimeoutException>(other!.Error);
        Assert.True(running.Answered);
        Assert.Equal([1], Assert.Single(runner.Model.Runs));
        Assert.Equal(0, runner.Statistics.Failures);
    }

    [Fact]
    public void Admission_ExpiredWhileItRuns_RowsAreDroppedAndNeighboursAnswered()
    {
        using SteppedRunner runner = new(calm: false);
        EchoCall[] calls = [runner.Call(1, request: new RunRequest(Timeout: TimeSpan.FromMilliseconds(10))), runner.Call(2)];
        Task idle = runner.Runner.WhenIdle();
        runner.Model.OnRun = _ =>
        {
            runner.Clock.Advance(TimeSpan.FromMilliseconds(10));
            Assert.True(calls[0].Ended);
            calls[0].Inputs.Dispose();
            Assert.False(idle.IsCompleted, "its run goes on, so the model may not be freed");
        };
        runner.StepAll();
        Assert.IsType<PredictionTimeoutException>(calls[0].Error);
        Assert.True(calls[1].Answered && idle.IsCompleted);
        Assert.Equal(1, runner.Statistics.Failures);
    }

    [Fact]
    public void Admission_InlineRunBeyondDeadline_TimesOut()
    {
        using SteppedRunner runner = new();
        runner.Model.OnRun = _ => runner.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<PredictionTimeoutException>(runner.Call(1, request: new RunRequest(Timeout: TimeSpan.FromSeconds(1))).Error);
        Assert.True(runner.Call(2, request: new RunRequest(Timeout: TimeSpan.FromSeconds(1.1))).Answered);
        Assert.Equal((1L, 1L, 2L), (runner.Statistics.Failures, runner.Statistics.Successes, runner.Statistics.Executions));
    }

    /// <summary>A call of many pieces is a run for each: its caller gets no answer after its time, and the model no work for nobody.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Admission_PiecesBeyondDeadline_AreNotRun(bool inline)
    {
        using SteppedRunner runner = new(batching: b => b.MaxBatchRows = 2, calm: inline);
        runner.Model.OnRun = _ => runner.Clock.Advance(TimeSpan.FromMilliseconds(40));
        EchoCall call = runner.Call(1, rows: 20, request: new RunRequest(Timeout: TimeSpan.FromMilliseconds(100)));
        Assert.Equal(inline, call.Ended);
        runner.StepAll();
        Assert.IsType<PredictionTimeoutException>(call.Error);
        Assert.Equal(3, runner.Model.Runs.Count);
        Assert.Equal(1, runner.Statistics.Failures);
        if (inline)
        {
            Assert.Equal(TimeSpan.FromMilliseconds(40), runner.Runner.MeanRun);
        }

        EchoCall patient = runner.Call(2, rows: 20, request: new RunRequest(Timeout: TimeSpan.FromMilliseconds(401)));
        runner.StepAll();
        Assert.True(patient.Answered);
    }

    [Fact]
    public void Admission_ManyPieces_AreSoManyRunsInTheEstimate()
    {
        // One worker and 1 s a run: half a batch ahead, the run that goes on, then five runs of its own.
        using SteppedRunner runner = new(a => a.MaxConcurrency = 1, b => b.MaxBatchRows = 2, calm: false);
        runner.Runner.Seed(TimeSpan.FromSeconds(1));
        EchoCall first = runner.Call(1);
        PredictionRejectedException error = Assert.IsType<PredictionRejectedException>(
            runner.Call(2, rows: 10, request: new RunRequest(Timeout: TimeSpan.FromSeconds(6.5))).Error);
        Assert.Equal(RejectionReason.Deadline, error.Reason);
        Assert.Contains("after about 6500 ms", error.Message, StringComparison.Ordinal);
        EchoCall patient = runner.Call(3, rows: 10, request: new RunRequest(Timeout: TimeSpan.FromSeconds(6.6)));
        runner.StepAll();
        Assert.True(first.Answered && patient.Answered);
    }

    [Fact]
    public void Admission_NoQueue_AWorkerThatIsFreeOrOnItsWayTakesACall()
    {
        using SteppedRunner runner = new(a => a.QueueLength = 0, b => b.Workers = 3);
        EchoCall[] calls = [];
        runner.Model.OnRun = _ =>
        {
            runner.Model.OnRun = null;
            calls = [runner.Call(2), runner.Call(3), runner.Call(4)];
        };
        Assert.True(runner.Call(1).Answered);
        Assert.Equal(RejectionReason.QueueFull, Assert.IsType<PredictionRejectedException>(calls[2].Error).Reason);
        runner.StepAll();
        Assert.True(calls[0].Answered && calls[1].Answered);
    }

    [Fact]
    public void Admission_Timeout_CanOnlyBeShortened()
    {
        using SteppedRunner runner = new(a => (a.MaxConcurrency, a.Timeout) = (1, TimeSpan.FromSeconds(1)), calm: false);
        EchoCall[] calls =
        [
            runner.Call(1, request: new RunRequest(Timeout: TimeSpan.FromSeconds(9))),
            runner.Call(2, request: new RunRequest(Timeout: TimeSpan.FromMilliseconds(1))),
            runner.Call(3),
            runner.Call(4, request: new RunRequest(Started: runner.Clock.GetTimestamp() - (runner.Clock.TimestampFrequency / 2))),
            runner.Call(5, request: new RunRequest(Started: runner.Clock.GetTimestamp() - runner.Clock.TimestampFrequency)),
        ];
        Assert.Equal([false, false, false, false, true], calls.Select(c => c.Ended));
        runner.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([false, true, false, false, true], calls.Select(c => c.Ended));
        runner.Clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal([false, true, false, true, true], calls.Select(c => c.Ended));
        runner.Clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.All(calls, c => Assert.IsType<PredictionTimeoutException>(c.Error));
        runner.StepAll();
        Assert.Empty(runner.Model.Runs);
    }

    [Fact]
    public void Admission_Priority_ThenArrival()
    {
        using SteppedRunner runner = new(a => a.PriorityLevels = 3, b => b.MaxBatchRows = 1);
        List<EchoCall> calls = [];
        int[] priorities = [0, 2, 1, 7, 3, 1, 2, -4];
        runner.Model.OnRun = _ =>
        {
            runner.Model.OnRun = null;
            calls.AddRange(priorities.Select((p, i) => runner.Call(i + 1, request: new RunRequest(p))));
        };
        runner.Call(99);
        runner.StepAll();
        Assert.All(calls, c => Assert.True(c.Answered));
        Assert.Equal([99, 3, 6, 2, 7, 1, 4, 5, 8], runner.Model.Runs.Select(r => r[0]));
    }

    [Fact]
    public void Admission_Stop_RunsOutWhatWaitsAndRefusesWhatComes()
    {
        using SteppedRunner runner = new(calm: false);
        EchoCall waiting = runner.Call(1);
        Task<bool> stop = runner.Runner.StopAsync(TimeSpan.FromSeconds(5));
        Task<bool> impatient = runner.Runner.StopAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(RejectionReason.Draining, Assert.IsType<PredictionRejectedException>(runner.Call(2).Error).Reason);
        runner.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(impatient.GetAwaiter().GetResult());
        Assert.False(stop.IsCompleted);
        runner.StepAll();
        Assert.True(waiting.Answered);
        Assert.True(stop.Wait(TimeSpan.FromSeconds(30), Token) && stop.Result);
        Assert.Equal(RejectionReason.Draining, Assert.IsType<PredictionRejectedException>(runner.Call(3).Error).Reason);
    }

    [Fact]
    public void Admission_Reject_EmptiesTheQueueAndLetsTheNextOnesIn()
    {
        using SteppedRunner runner = new(calm: false);
        EchoCall[] waiting = [runner.Call(1), runner.Call(2)];
        runner.Runner.Reject(RejectionReason.Stopped, "complaint 4711");
        Assert.All(waiting, c =>
        {
            PredictionRejectedException error = Assert.IsType<PredictionRejectedException>(c.Error);
            Assert.Equal((RejectionReason.Stopped, "complaint 4711"), (error.Reason, error.Message));
        });
        EchoCall later = runner.Call(3);
        runner.StepAll();
        Assert.True(later.Answered);
        Assert.Equal([3], Assert.Single(runner.Model.Runs));
    }

    [Fact]
    public void Admission_Refusals_AreMeasuredByReason()
    {
        using SteppedRunner runner = new(a => a.QueueLength = 2, calm: false);
        using System.Diagnostics.Metrics.MeterListener listener = BatchTests.Listen(runner.Name, out List<(string Name, double Value, string Tag)> measured);
        runner.Call(1);
        runner.Call(2);
        runner.Call(3);
        runner.Runner.Reject(RejectionReason.Stopped, "over");
        runner.Runner.Seed(TimeSpan.FromHours(64));
        runner.Call(4);
        runner.Call(5);
        _ = runner.Runner.StopAsync(TimeSpan.FromSeconds(1));
        runner.Call(6);
        Assert.Equal(["queue_full", "stopped", "stopped", "deadline", "draining"], measured.Where(m => m.Name == "lifecycle.serving.request.rejected").Select(m => m.Tag));
    }

    [Fact]
    public void Admission_CallsElsewhere_TakePlacesButNeverTheLast()
    {
        long elsewhere = 3;
        using SteppedRunner runner = new(a => a.MaxConcurrency = 3, model: new EchoModel(batched: false), elsewhere: () => elsewhere);
        EchoCall[] calls = [runner.Call(1), runner.Call(2)];
        Assert.All(calls, c => Assert.False(c.Ended));
        Assert.Equal(1, runner.Started);
        runner.StepAll();
        Assert.All(calls, c => Assert.True(c.Answered));
        elsewhere = 2;
        Assert.True(runner.Call(3).Answered);
    }

    [Fact]
    public void Admission_Overload_BoundedQueueAndEverybodyEnds()
    {
        // A model of 10 ms a run, one run at a time; three times as many calls come as it can answer, for 10 s.
        using SteppedRunner runner = new(
            a => (a.MaxConcurrency, a.QueueLength, a.Timeout) = (1, 64, TimeSpan.FromMilliseconds(200)), model: new EchoModel(batched: false));
        runner.Runner.Seed(TimeSpan.FromMilliseconds(10));
        List<EchoCall> calls = [];
        int mostWaiting = 0;
        int atOnce = 0;
        runner.Model.OnRun = _ =>
        {
            for (int i = 0; i < 3 && calls.Count < 3_000; i++)
            {
                EchoCall call = runner.Call(calls.Count + 1);
                atOnce += call.Ended ? 1 : 0;
                calls.Add(call);
                mostWaiting = Math.Max(mostWaiting, runner.Runner.Waiting);
            }

            runner.Clock.Advance(TimeSpan.FromMilliseconds(10));
        };
        runner.Call(-1);
        runner.StepAll();
        Assert.All(calls, c => Assert.True(c.Ended));
        Assert.InRange(mostWaiting, 17, 19);
        int answered = calls.Count(c => c.Answered);
        Exception[] failed = [.. calls.Where(c => !c.Answered).Select(c => c.Error)];
        int refused = failed.Count(e => e is PredictionRejectedException { Reason: RejectionReason.Deadline });
        int expired = failed.Count(e => e is PredictionTimeoutException);
        Assert.Equal((calls.Count, refused), (answered + refused + expired, atOnce));
        Assert.InRange(answered, 950, 1_020);
        Assert.Equal(answered + 1, runner.Statistics.Successes);
        Assert.True(runner.Runner.WhenIdle().IsCompleted);
    }

    [Fact]
    public void Runner_MadeWithoutFlowingContext_Works()
    {
        using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
        using SteppedRunner runner = new();
        Assert.True(runner.Call(1).Answered);
    }

    [Fact]
    public void Options_OutOfRange_AreNamed()
    {
        Check("MaxConcurrency is 0; use at least 1", a => a.MaxConcurrency = 0);
        Check("QueueLength is -1; use 0", a => a.QueueLength = -1);
        Check("QueueBytes is -1", a => a.QueueBytes = -1);
        Check("PriorityLevels is 65; use 1 to 64", a => a.PriorityLevels = 65);
        Check("PriorityLevels is 0", a => a.PriorityLevels = 0);
        Check("Timeout is 00:00:00", a => a.Timeout = TimeSpan.Zero);
        Check("MaxBatchRows is 0", batching: b => b.MaxBatchRows = 0);
        Check("Workers is 0", batching: b => b.Workers = 0);
        Check("MaxDelay is -00:00:01", batching: b => b.MaxDelay = TimeSpan.FromSeconds(-1));
        using SteppedRunner endless = new(a => a.Timeout = Timeout.InfiniteTimeSpan, calm: false);
        EchoCall call = endless.Call(1);
        endless.Clock.Advance(TimeSpan.FromDays(400));
        endless.StepAll();
        Assert.True(call.Answered);

        static void Check(string message, Action<AdmissionOptions>? admission = null, Action<BatchingOptions>? batching = null) =>
            Assert.Contains($"': {message}", Assert.Throws<LifecycleException>(() => new SteppedRunner(admission, batching)).Message, StringComparison.Ordinal);
    }
}
