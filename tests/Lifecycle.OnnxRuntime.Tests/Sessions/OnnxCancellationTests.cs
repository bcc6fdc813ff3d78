using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

public sealed class OnnxCancellationTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Run_CancelledWhileItRuns_StopsAndLeavesTheModelUsable()
    {
        Steps time = new(TimeSpan.FromMilliseconds(5));
        using OnnxModel model = OnnxRuns.Load(OnnxOddModels.Spin(), time: time);
        for (int i = 0; i < 3; i++)
        {
            using CancellationTokenSource stop = new();
            time.Began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task run = Task.Factory.StartNew(() => Spin(model, long.MaxValue, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await time.Began.Task.WaitAsync(Hang, TestContext.Current.CancellationToken);
            await stop.CancelAsync();
            OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Hang, TestContext.Current.CancellationToken));
            Assert.Equal(stop.Token, error.CancellationToken);
            Assert.Equal(4f, Spin(model, 3, CancellationToken.None));
        }
    }

    [Theory]
    [InlineData(0.2, false)]
    [InlineData(1.0, true)]
    [InlineData(20.0, true)]
    public void Run_Cancellable_IsOnlyWatchedWhenRunsAreLong(double milliseconds, bool watched)
    {
        using OnnxModel model = OnnxRuns.Load(OnnxModels.Linear(), time: new Steps(TimeSpan.FromMilliseconds(milliseconds)));
        using CancellationTokenSource stop = new();
        using TensorSet x = TensorSet.Of(("x", OnnxRuns.Floats([1, 10], new float[10])));
        using TensorSet y = new();
        Assert.True(model.RunsAreStopped);
        model.Run(x, y, stop.Token);
        Assert.Equal(watched, model.RunsAreStopped);
    }

    [Fact]
    public void Run_SlowAtFirstThenFast_IsNoLongerWatched()
    {
        Steps time = new(TimeSpan.FromMilliseconds(10));
        using OnnxModel model = OnnxRuns.Load(OnnxModels.Linear(), time: time);
        using CancellationTokenSource stop = new();
        using TensorSet x = TensorSet.Of(("x", OnnxRuns.Floats([1, 10], new float[10])));
        using TensorSet y = new();
        model.Run(x, y, stop.Token);
        Assert.True(model.RunsAreStopped);
        time.Step = TimeSpan.FromMilliseconds(0.1);
        for (int i = 0; i < 40; i++)
        {
            model.Run(x, y, stop.Token);
        }

        Assert.False(model.RunsAreStopped);
    }

    [Fact]
    public async Task Dispose_DuringARun_ClosesTheSessionAfterIt()
    {
        Steps time = new(TimeSpan.FromMilliseconds(5));
        OnnxModel model = OnnxRuns.Load(OnnxOddModels.Spin(), time: time);
        using CancellationTokenSource stop = new();
        time.Began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task run = Task.Factory.StartNew(() => Spin(model, long.MaxValue, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await time.Began.Task.WaitAsync(Hang, TestContext.Current.CancellationToken);
        model.Dispose();
        Assert.False(model.IsClosed);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Hang, TestContext.Current.CancellationToken));
        Assert.True(model.IsClosed);
        Assert.Throws<ObjectDisposedException>(() => Spin(model, 1, CancellationToken.None));
    }

    private static float Spin(OnnxModel model, long times, CancellationToken cancellationToken)
    {
        using TensorSet inputs = TensorSet.Of(("m", TensorValue.From<long>([times], [])), ("x", OnnxRuns.Floats([1], 1)));
        using TensorSet outputs = new();
        model.Run(inputs, outputs, cancellationToken);
        return outputs["y"].Span<float>()[0];
    }

    /// <summary>Each look at the clock is a step later; a run looks once before and once after.</summary>
    private sealed class Steps(TimeSpan step) : TimeProvider
    {
        private long _ticks;

        public TimeSpan Step { get; set; } = step;

        public TaskCompletionSource Began { get; set; } = new();

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            Began.TrySetResult();
            return Interlocked.Add(ref _ticks, Step.Ticks);
        }
    }
}
