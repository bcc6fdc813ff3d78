namespace Lifecycle.Serving.Tests;

/// <summary>A stop holds for those who wait, too.</summary>
public sealed class StopTests
{
    private static readonly TensorSignature Signature = new([new("x", TensorElementType.Int32, [-1, 1])], [new("y", TensorElementType.Int32, [-1, 1])]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_WhileCallsWait_TellsThemAtOnce_AndOnlyWhatRunsIsAnswered(bool isBatched)
    {
        using ManualResetEventSlim go = new();
        ScriptModel model = new(
            Signature,
            (i, o, _) =>
            {
                go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
                i["x"].Span<int>().CopyTo(o.Prepare("y", TensorElementType.Int32, i["x"].Shape).Span<int>());
            },
            isBatched);
        ScriptRuntime runtime = new();
        StampShelf shelf = new StampShelf().Has(runtime.Revision("1", model)).Points("champion", "1");
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(runtime).Serve<Row, Answer>("m", configure: m => m
                .FromSource(shelf).Split(("champion", 100)).Admission(a => (a.MaxConcurrency, a.Timeout) = (1, Timeout.InfiniteTimeSpan))),
            Token);
        Predictor<Row, Answer> predictor = host.Predictor<Row, Answer>("m");
        Task<Prediction<Answer>> running = Task.Run(() => predictor.PredictAsync(new Row { X = 7 }, Token).AsTask());
        await Eventually.Holds(() => model.Running == 1, "a call runs");
        Task[] waiting = [.. Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? predictor.PredictAsync(new Row { X = i }, Token).AsTask() : InferAsync(host, i))];
        Assert.DoesNotContain(waiting, w => w.IsCompleted);
        await host.Deployments.StopAsync("m", "complaint 4711", Token);
        foreach (Task call in waiting)
        {
            PredictionRejectedException error = await Assert.ThrowsAsync<PredictionRejectedException>(() => call.WaitAsync(TimeSpan.FromMinutes(1), Token));
            Assert.Equal(RejectionReason.Stopped, error.Reason);
            Assert.Contains("'m' is stopped: complaint 4711.", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal((1, false), (model.Running, running.IsCompleted));
        go.Set();
        Assert.Equal(7, (await running).Value.Y);
        await host.Deployments.ResumeAsync("m", Token);
        Assert.Equal(8, (await predictor.PredictAsync(new Row { X = 8 }, Token)).Value.Y);
        Assert.Equal(2, model.Runs);
    }

    private static async Task InferAsync(ModelHost host, int x)
    {
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From([x], [1, 1]))), outputs = new();
        await host.Model("m").InferAsync(inputs, outputs, cancellationToken: Token);
    }

    private sealed class Row
    {
        public int X { get; set; }
    }

    private sealed class Answer
    {
        public int Y { get; set; }
    }
}
