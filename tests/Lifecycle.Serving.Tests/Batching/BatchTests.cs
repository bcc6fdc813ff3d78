// Steps decide when an answer is there, so it is looked at, not awaited.
#pragma warning disable CA2012, xUnit1031
using System.Diagnostics.Metrics;
using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class BatchTests
{
    private static readonly int[] Fives = [5, 5, 5, 5, 5];

    [Fact]
    public void Batch_CancelledCaller_NeighboursUnaffected()
    {
        using SteppedRunner runner = new(calm: false);
        using CancellationTokenSource gone = new();
        EchoCall[] calls = [runner.Call(1, 2), runner.Call(2, 3, cancellation: gone), runner.Call(3, 4)];
        runner.Model.OnRun = _ =>
        {
            gone.Cancel();
            Assert.True(calls[1].Ended, "the caller is told during the run");
            calls[1].Inputs.Dispose();
        };
        runner.Step();
        Assert.True(calls[0].Answered && calls[2].Answered);
        Assert.Equal(gone.Token, Assert.IsType<OperationCanceledException>(calls[1].Error).CancellationToken);
        Assert.Equal([1, 1, 2, 2, 2, 3, 3, 3, 3], Assert.Single(runner.Model.Runs));
    }

    [Fact]
    public void Batch_CancelledWhileWaiting_LeavesTheQueueAtOnce()
    {
        using SteppedRunner runner = new(calm: false);
        using CancellationTokenSource gone = new();
        EchoCall[] calls = [runner.Call(1), runner.Call(2, cancellation: gone), runner.Call(3)];
        gone.Cancel();
        Assert.IsType<OperationCanceledException>(calls[1].Error);
        Assert.Equal(2, runner.Runner.Waiting);
        runner.StepAll();
        Assert.True(calls[0].Answered && calls[2].Answered);
        Assert.Equal([1, 3], Assert.Single(runner.Model.Runs));
        Assert.Equal(0, runner.Statistics.Failures);
        Assert.IsAssignableFrom<OperationCanceledException>(runner.Call(4, cancellation: gone).Error);
    }

    [Property(MaxTest = 200)]
    public void Batch_NeverExceedsMaxRows(byte[] sizes, byte maxRows)
    {
        int most = 1 + (maxRows % 40);
        using SteppedRunner runner = new(batching: b => b.MaxBatchRows = most, calm: most > 1 ? false : true);
        EchoCall[] calls = [.. sizes.Select((s, i) => runner.Call(i + 1, 1 + (s % 60)))];
        runner.StepAll();
        Assert.All(calls, c => Assert.True(c.Answered));
        Assert.All(runner.Model.Runs, r => Assert.InRange(r.Length, 1, most));
        Assert.Equal(calls.Sum(c => c.Rows), runner.Model.Runs.Sum(r => r.Length));
    }

    [Fact]
    public void Batch_LargeCall_RunsAloneInPieces()
    {
        using SteppedRunner runner = new(batching: b => b.MaxBatchRows = 4, calm: false);
        EchoCall[] calls = [runner.Call(1, 2), runner.Call(2, 11), runner.Call(3, 2)];
        runner.StepAll();
        Assert.All(calls, c => Assert.True(c.Answered));
        Assert.Equal([2, 4, 4, 3, 2], runner.Model.Runs.Select(r => r.Length));
        Assert.Equal([2, 2, 2, 2], runner.Model.Runs[1]);
    }

    [Fact]
    public void Batch_LargeCallGivenUp_RunsNoFurtherPiece()
    {
        using SteppedRunner runner = new(batching: b => b.MaxBatchRows = 4, calm: false);
        EchoCall call = runner.Call(1, 40, request: new RunRequest(Timeout: TimeSpan.FromSeconds(1)));
        runner.Model.OnRun = _ =>
        {
            if (runner.Model.Runs.Count == 3)
            {
                runner.Clock.Advance(TimeSpan.FromSeconds(1));
            }
        };
        runner.StepAll();
        Assert.IsType<PredictionTimeoutException>(call.Error);
        Assert.Equal(3, runner.Model.Runs.Count);
    }

    [Fact]
    public void Batch_NeverMixesVersionsOrModels()
    {
        using SteppedRunner one = new(calm: false);
        using SteppedRunner two = new(calm: false);
        List<EchoCall> ofOne = [], ofTwo = [];
        for (int i = 1; i <= 60; i++)
        {
            ofOne.Add(one.Call(i, 1, 1 + (i % 3)));
            ofTwo.Add(two.Call(i + 100, 1, 2));
        }

        // Alternating shapes still fill batches: a batch takes those that fit, the first of the queue always.
        one.StepAll();
        two.StepAll();
        Assert.All(ofOne.Concat(ofTwo), c => Assert.True(c.Answered));
        Assert.All(one.Model.Runs, r => Assert.Single(r.Select(id => id % 3).Distinct()));
        Assert.All(one.Model.Runs, r => Assert.True(r.All(id => id is > 0 and <= 60)));
        Assert.All(two.Model.Runs, r => Assert.True(r.All(id => id is > 100 and <= 160)));
        Assert.Equal([20, 20, 20], one.Model.Runs.Select(r => r.Length));
        Assert.Equal([32, 28], two.Model.Runs.Select(r => r.Length));
    }

    [Fact]
    public void Batch_OtherDatatype_RunsApart()
    {
        using SteppedRunner runner = new(calm: false);
        EchoCall[] calls = [runner.Call(1), runner.Call(2)];
        TensorSet outputs = new();
        ValueTask other = runner.Runner.RunAsync(TensorSet.Of(("x", TensorValue.From<int>([1, 1], [1, 2]))), outputs, 1, default, TestContext.Current.CancellationToken);
        runner.StepAll();
        Assert.All(calls, c => Assert.True(c.Answered));
        Assert.Throws<InvalidCastException>(() => other.GetAwaiter().GetResult());
    }

    [Fact]
    public void Batch_WithThrowingRow_OnlyItsCallerFails()
    {
        using SteppedRunner runner = new(calm: false);
        using MeterListener listener = Listen(runner.Name, out List<(string, double, string)> measured);
        runner.Model.Poison.Add(2);
        EchoCall[] calls = [runner.Call(1), runner.Call(2), runner.Call(3, 2)];
        runner.StepAll();
        Assert.True(calls[0].Answered && calls[2].Answered);
        Assert.IsType<ArithmeticException>(calls[1].Error);
        Assert.Equal([[1, 2, 3, 3], [1], [2], [3, 3]], runner.Model.Runs);
        Assert.Single(measured, m => m.Item1 == "lifecycle.serving.batch.isolated");
        Assert.Equal([(1.0, "idle"), (2.0, "idle")], measured.Where(m => m.Item1 == "lifecycle.serving.batch.rows").Select(m => (m.Item2, m.Item3)));
    }

    [Fact]
    public void Batch_CallerWhoDisposedItsInputs_FailsAlone()
    {
        using SteppedRunner runner = new(calm: false);
        EchoCall[] calls = [runner.Call(1), runner.Call(2), runner.Call(3)];
        calls[1].Inputs.Dispose();
        runner.StepAll();
        Assert.True(calls[0].Answered && calls[2].Answered);
        Assert.IsType<ObjectDisposedException>(calls[1].Error);
    }

    [Fact]
    public void Batch_ModelGivesTooFewRows_EachIsRunAlone()
    {
        Folding model = new();
        VersionCounters counters = new();
        Queue<BatchWorker> started = new();
        using VersionRunner runner = new("folding", "1", model, new AdmissionOptions(), new BatchingOptions { MaxDelay = TimeSpan.FromHours(1), MaxBatchRows = 3 }, counters, TimeProvider.System, start: started.Enqueue);
        TensorSet[] outputs = [new(), new(), new()];
        ValueTask[] calls = [.. outputs.Select((o, i) => runner.RunAsync(TensorSet.Of(("x", TensorValue.From<int>([i], [1]))), o, 1, default, TestContext.Current.CancellationToken))];
        ((IThreadPoolWorkItem)started.Dequeue()).Execute();
        Assert.All(calls, c => Assert.True(c.IsCompletedSuccessfully));
        Assert.Equal([0, 1, 2], outputs.Select(o => o["sum"].Span<int>()[0]));
        Assert.Equal(4, model.Runs);
    }

    [Fact]
    public void Batch_WhoseFirstWaiterLeft_WaitsForTheDelayOfTheNext()
    {
        using SteppedRunner runner = new(batching: b => (b.MaxBatchRows, b.MaxDelay) = (4, TimeSpan.FromMilliseconds(10)));
        using CancellationTokenSource leaves = new();
        EchoCall first = runner.Call(1, cancellation: leaves);
        runner.Clock.Advance(TimeSpan.FromMilliseconds(6));
        EchoCall second = runner.Call(2);
        leaves.Cancel();
        Assert.IsType<OperationCanceledException>(first.Error);
        runner.Clock.Advance(TimeSpan.FromMilliseconds(9));
        Assert.Equal(0, runner.Started);
        runner.Clock.Advance(TimeSpan.FromMilliseconds(1));
        runner.StepAll();
        Assert.True(second.Answered);
    }

    [Fact]
    public void Batch_Release_SaysWhy()
    {
        using SteppedRunner runner = new(
            batching: b => (b.MaxBatchRows, b.MaxDelay) = (4, TimeSpan.FromMilliseconds(50)));
        using MeterListener listener = Listen(runner.Name, out List<(string, double, string)> measured);
        runner.Runner.Seed(TimeSpan.FromMilliseconds(10));

        // One call waits for others until its delay is over.
        EchoCall early = runner.Call(1);
        runner.Clock.Advance(TimeSpan.FromMilliseconds(49));
        Assert.Equal((0, false), (runner.Started, early.Ended));
        runner.Clock.Advance(TimeSpan.FromMilliseconds(1));
        runner.StepAll();
        Assert.True(early.Answered);

        // A full batch does not wait.
        EchoCall[] full = [runner.Call(2, 2), runner.Call(3, 2)];
        runner.StepAll();
        Assert.All(full, c => Assert.True(c.Answered));

        // A deadline that a longer wait would miss.
        EchoCall pressed = runner.Call(4, request: new RunRequest(Timeout: TimeSpan.FromMilliseconds(30)));
        runner.Clock.Advance(TimeSpan.FromMilliseconds(29));
        runner.StepAll();
        Assert.True(pressed.Answered);

        // A stop waits for nobody.
        EchoCall last = runner.Call(5);
        Task<bool> stop = runner.Runner.StopAsync(TimeSpan.FromSeconds(1));
        runner.StepAll();
        Assert.True(last.Answered);
        Assert.True(stop.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(
            [(1.0, "delay"), (4.0, "full"), (1.0, "deadline"), (1.0, "stop")],
            measured.Where(m => m.Item1 == "lifecycle.serving.batch.rows").Select(m => (m.Item2, m.Item3)));
        Assert.Equal(5, measured.Count(m => m.Item1 == "lifecycle.serving.queue.duration"));
        Assert.Equal(0, measured.Where(m => m.Item1 == "lifecycle.serving.queue.length").Sum(m => m.Item2));
        Assert.Equal(0.05, measured.First(m => m.Item1 == "lifecycle.serving.queue.duration").Item2, 6);
    }

    [Fact]
    public void Batch_Times_CountOnceForEachRequest()
    {
        using SteppedRunner runner = new(calm: false);
        ServingStatistics before = runner.Statistics;
        EchoCall[] calls = [runner.Call(1), runner.Call(2), runner.Call(3)];
        runner.Clock.Advance(TimeSpan.FromSeconds(2));
        runner.Model.OnRun = _ => runner.Clock.Advance(TimeSpan.FromSeconds(1));
        runner.StepAll();
        Assert.All(calls, c => Assert.True(c.Answered));
        ServingStatistics after = runner.Statistics;

        Assert.Equal(3, after.Successes - before.Successes);
        Assert.Equal(1, after.Executions - before.Executions);
        Assert.Equal(6.0, (after.QueueTime - before.QueueTime).TotalSeconds, 6);
        Assert.Equal(3.0, (after.InferTime - before.InferTime).TotalSeconds, 6);
        Assert.Equal(9.0, (after.SuccessTime - before.SuccessTime).TotalSeconds, 6);
        Assert.Equal(1.0, after.Batches.Single(b => b.Rows == 3).Infer.TotalSeconds, 6);
    }

    [Fact]
    public void Calm_SingleCalls_RunOnTheirCallersThread()
    {
        using SteppedRunner runner = new();
        Assert.True(runner.Call(1).Answered);
        EchoCall? second = null;
        runner.Model.OnRun = _ =>
        {
            runner.Model.OnRun = null;
            second = runner.Call(3);
        };
        Assert.True(runner.Call(2).Answered);
        Assert.False(second!.Ended);
        runner.StepAll();
        Assert.True(second.Answered);

        // The end of the calm: eight runs that leave nobody waiting bring it back. One was the second call's.
        for (int i = 4; i < 11; i++)
        {
            EchoCall call = runner.Call(i);
            Assert.False(call.Ended);
            runner.StepAll();
            Assert.True(call.Answered);
        }

        Assert.True(runner.Call(11).Answered);
        Assert.Equal(0, runner.Started);
    }

    [Fact]
    public void Calm_CallsElsewhere_AreNoCalm()
    {
        long elsewhere = 1;
        using SteppedRunner runner = new(elsewhere: () => elsewhere);
        EchoCall call = runner.Call(1);
        Assert.False(call.Ended);
        runner.StepAll();
        Assert.True(call.Answered);
        elsewhere = 0;
        Assert.True(runner.Call(2).Answered);
    }

    [Fact]
    public void Batching_Disabled_RunsEachCallAlone()
    {
        using SteppedRunner runner = new(a => a.MaxConcurrency = 1, b => b.Enabled = false);
        List<EchoCall> waiting = [];
        runner.Model.OnRun = _ =>
        {
            runner.Model.OnRun = null;
            waiting.AddRange(Fives.Select((rows, i) => runner.Call(i + 2, rows * 10)));
        };
        Assert.True(runner.Call(1).Answered);
        runner.StepAll();
        Assert.All(waiting, c => Assert.True(c.Answered));
        Assert.Equal([1, 50, 50, 50, 50, 50], runner.Model.Runs.Select(r => r.Length));
    }

    internal static MeterListener Listen(string model, out List<(string Name, double Value, string Tag)> measured)
    {
        List<(string, double, string)> seen = measured = [];
        MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "Lifecycle.Serving")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        void Add(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length > 0 && tags[0].Value as string == model)
            {
                lock (seen)
                {
                    seen.Add((name, value, tags.Length > 1 ? tags[1].Value as string ?? string.Empty : string.Empty));
                }
            }
        }

        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
        listener.Start();
        return listener;
    }

    /// <summary>Says that its rows are batched, and then gives one row for all of them.</summary>
    private sealed class Folding : LoadedModel
    {
        public int Runs { get; private set; }

        public override TensorSignature Signature { get; } = new(
            [new TensorSpec("x", TensorElementType.Int32, [-1])], [new TensorSpec("sum", TensorElementType.Int32, [-1])]);

        public override bool RowsAreBatched => true;

        public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
        {
            Runs++;
            int sum = 0;
            foreach (int x in inputs["x"].Span<int>())
            {
                sum += x;
            }

            outputs.Prepare("sum", TensorElementType.Int32, [1]).Span<int>()[0] = sum;
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
