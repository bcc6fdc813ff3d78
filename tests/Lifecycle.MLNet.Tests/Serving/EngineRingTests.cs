using Lifecycle.Serving;

namespace Lifecycle.MLNet.Tests.Serving;

public sealed class EngineRingTests(TrainedModels models)
{
    private const int Threads = 8;

    private static bool Full => Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full";

    [Fact]
    public async Task EngineRing_8Threads_10MillionCalls_AllCorrect()
    {
        int calls = (Full ? 10_000_000 : 400_000) / Threads;
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        ModelFunction<LoanRow, LoanDecision> function = model.Bind<LoanRow, LoanDecision>()!;
        function.Warm();
        LoanDecision[] expected = [.. models.Loans.Select(function.Predict)];
        Assert.True(expected.Select(e => e.Score).Distinct().Count() > 1_000);
        int wrong = 0, done = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            LoanDecision decision = new();
            for (int i = 0; i < calls; i++)
            {
                int row = (i + (t * 251)) % expected.Length;
                function.Predict(models.Loans[row], ref decision);
                if (decision.Score != expected[row].Score || decision.Probability != expected[row].Probability || decision.PredictedLabel != expected[row].PredictedLabel)
                {
                    Interlocked.Increment(ref wrong);
                }
            }

            Interlocked.Add(ref done, calls);
        }))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.Equal((Threads * calls, 0), (done, wrong));
    }

    [Fact]
    public async Task EngineRing_DisposedEngine_LeavesModelAlive()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Trees);
        EngineRing<LoanRow, LoanDecision> first = (EngineRing<LoanRow, LoanDecision>)model.Bind<LoanRow, LoanDecision>()!;
        first.Warm();
        LoanDecision before = first.Predict(models.Loans[1]);
        first.Dispose();
        Assert.Throws<ObjectDisposedException>(() => first.Predict(models.Loans[1]));
        Assert.Equal(before.Score, model.Bind<LoanRow, LoanDecision>()!.Predict(models.Loans[1]).Score);
        using TensorSet inputs = MLNetRuns.Tensors(model.Signature, [models.Loans[1]]), outputs = new();
        model.Run(inputs, outputs, TestContext.Current.CancellationToken);
        Assert.Equal(before.Score, outputs["Score"].Span<float>()[0]);
    }

    [Fact]
    public async Task EngineRing_RowThrows_TheNextCallIsRight()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        ModelFunction<TrapRow, LoanDecision> function = model.Bind<TrapRow, LoanDecision>()!;
        TrapRow good = new() { Ratio = 0.5f, Amounts = [1, 2], Region = "south" };
        float expected = function.Predict(good).Score;
        for (int i = 0; i < 50; i++)
        {
            Assert.Throws<FormatException>(() => function.Predict(new TrapRow { Ratio = 0.1f, Amounts = [3, 4], Trapped = true }));
            Assert.Equal(expected, function.Predict(good).Score);
        }
    }

    [Fact]
    public async Task EngineRing_PredictIntoCallersObject_AllocatesNothing()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        ModelFunction<LoanRow, LoanDecision> function = model.Bind<LoanRow, LoanDecision>()!;
        function.Warm();
        LoanDecision decision = new();
        Assert.Equal(0, Least(row => function.Predict(row, ref decision)));
    }

    [Fact]
    public async Task EngineRing_Predict_AllocatesTheAnswerOnly()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        ModelFunction<LoanRow, LoanDecision> function = model.Bind<LoanRow, LoanDecision>()!;
        function.Warm();
        LoanDecision? kept = null;
        long answer = Least(_ => kept = new LoanDecision());
        Assert.True(answer > 0);
        Assert.Equal(answer, Least(row => kept = function.Predict(row)));
        Assert.NotNull(kept);
    }

    [Fact]
    public async Task Predictor_PredictIntoCallersObject_AllocatesNothing()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("mlnet-").FullName, "model.zip");
        await File.WriteAllBytesAsync(file, models.Linear, TestContext.Current.CancellationToken);
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseMLNet().Serve<LoanRow, LoanDecision>("loans", configure: s => s.FromFile(file)), TestContext.Current.CancellationToken);
        Predictor<LoanRow, LoanDecision> predictor = host.Predictor<LoanRow, LoanDecision>("loans");
        LoanDecision decision = new();
        Assert.Equal(0, Least(row => predictor.Predict(row, ref decision)));
    }

    /// <summary>Least bytes of a thousand calls: what the runtime itself allocates now and then is no part of a call.</summary>
    private long Least(Action<LoanRow> call)
    {
        long least = long.MaxValue;
        for (int round = 0; round < 20 && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1_000; i++)
            {
                call(models.Loans[i % 3]);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private sealed class TrapRow
    {
        public float Ratio { get; set; }

        [Microsoft.ML.Data.VectorType(2)]
        public float[] Amounts { get; set; } = [];

        public string Region
        {
            get => Trapped ? throw new FormatException("A trap.") : field;
            set;
        } = string.Empty;

        [Microsoft.ML.Data.NoColumn]
        public bool Trapped { get; set; }
    }
}
