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
    public async Task EngineRing_ManyRows_AreThoseOfOneByOne_AndTellWhichThrew()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        ModelFunction<TrapRow, LoanDecision> function = model.Bind<TrapRow, LoanDecision>()!;
        TrapRow[] rows = [.. Enumerable.Range(0, 300).Select(i => new TrapRow { Ratio = i / 300f, Amounts = [i, 2], Region = i % 2 == 0 ? "south" : "north" })];
        float[] expected = [.. rows.Select(r => function.Predict(r).Score)];
        LoanDecision[] answers = new LoanDecision[rows.Length];
        int done = 0;
        function.Predict(rows, answers, ref done);
        Assert.Equal(rows.Length, done);
        Assert.Equal(expected, answers.Select(a => a.Score));

        rows[123].Trapped = true;
        answers = new LoanDecision[rows.Length];
        done = 0;
        Assert.Throws<FormatException>(() => function.Predict(rows, answers, ref done));
        Assert.Equal(123, done);
        Assert.Equal(expected[..123], answers[..123].Select(a => a.Score));
        done = 0;
        function.Predict(rows.AsSpan(124), answers.AsSpan(124), ref done);
        Assert.Equal(176, done);
        Assert.Equal(expected[124..], answers[124..].Select(a => a.Score));
    }

    [Fact]
    public async Task Score_RowsThatThrow_AreCollectedInTheirPlace()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("mlnet-").FullName, "model.zip");
        await File.WriteAllBytesAsync(file, models.Linear, TestContext.Current.CancellationToken);
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseMLNet().Serve<TrapRow, LoanDecision>("loans", configure: s => s.FromFile(file)), TestContext.Current.CancellationToken);
        Predictor<TrapRow, LoanDecision> predictor = host.Predictor<TrapRow, LoanDecision>("loans");
        TrapRow[] rows = [.. Enumerable.Range(0, 1_000).Select(i => new TrapRow { Ratio = i / 1_000f, Amounts = [i, 2], Region = "south", Trapped = i is 0 or 255 or 256 or 999 })];
        List<Scored<LoanDecision>> scored = await predictor.ScoreAsync(rows, new() { OnError = ScoringErrors.Collect }, ct: TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => (long)i), scored.Select(s => s.Row));
        Assert.Equal([0, 255, 256, 999], scored.Where(s => s.Error is not null).Select(s => s.Row));
        Assert.All(scored.Where(s => s.Error is null), s => Assert.Equal(predictor.Predict(rows[s.Row]).Score, s.Value.Score));
        Assert.Equal((996L + 996L, 4L), (host.Model("loans").Versions[0].Predictions, host.Model("loans").Versions[0].Failures));
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
