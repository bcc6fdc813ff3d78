using Lifecycle.Serving;
using Microsoft.ML;

namespace Lifecycle.MLNet.Tests.Serving;

public sealed class MLNetServingTests(TrainedModels models) : IClassFixture<TrainedModels>
{
    public static TheoryData<string> Binary() => ["Linear", "Trees"];

    [Theory]
    [MemberData(nameof(Binary))]
    public async Task Untyped_rows_equal_the_typed_engine_bit_for_bit(string name)
    {
        byte[] bytes = name == "Linear" ? models.Linear : models.Trees;
        using LoadedModel model = await MLNetRuns.LoadAsync(bytes);
        Assert.Equal(["Amounts", "Ratio", "Region"], model.Signature.Inputs.Select(i => i.Name).Order());
        Assert.Equal(["PredictedLabel", "Score", "Probability"], model.Signature.Outputs.Select(o => o.Name));
        Assert.Equal("'PredictedLabel' BOOL[-1,1]", model.Signature.Outputs[0].ToString());
        using TensorSet inputs = MLNetRuns.Tensors(model.Signature, models.Loans);
        using TensorSet outputs = new();
        Assert.Equal(models.Loans.Count, model.Signature.Check(inputs));
        model.Run(inputs, outputs, TestContext.Current.CancellationToken);
        ModelFunction<LoanRow, LoanDecision> typed = model.Bind<LoanRow, LoanDecision>()!;
        for (int i = 0; i < models.Loans.Count; i++)
        {
            LoanDecision decision = typed.Predict(models.Loans[i]);
            Assert.Equal(
                (decision.PredictedLabel, decision.Score, decision.Probability),
                (outputs["PredictedLabel"].Span<bool>()[i], outputs["Score"].Span<float>()[i], outputs["Probability"].Span<float>()[i]));
        }
    }

    [Fact]
    public async Task Texts_and_vectors_go_in_and_out()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Texts);
        Assert.Equal("'Purpose' BYTES[-1,1] -> 'PredictedLabel' BYTES[-1,1], 'Score' FP32[-1,3]", model.Signature.ToString());
        LoanRow[] rows = [.. models.Loans.Take(50)];
        using TensorSet inputs = MLNetRuns.Tensors(model.Signature, rows);
        using TensorSet outputs = new();
        model.Run(inputs, outputs, TestContext.Current.CancellationToken);
        ModelFunction<LoanRow, RegionGuess> typed = model.Bind<LoanRow, RegionGuess>()!;
        string[] labels = outputs["PredictedLabel"].ToStrings();
        for (int i = 0; i < rows.Length; i++)
        {
            RegionGuess guess = typed.Predict(rows[i]);
            Assert.Equal(guess.PredictedLabel, labels[i]);
            Assert.Equal(guess.Score, outputs["Score"].Span<float>().Slice(3 * i, 3).ToArray());
        }
    }

    [Fact]
    public async Task Scalars_may_come_without_their_second_dimension()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Texts);
        using TensorSet inputs = TensorSet.Of(("Purpose", TensorValue.From(["a house", "a boat"], [2])));
        Assert.Equal(2, model.Signature.Check(inputs));
        using TensorSet outputs = new();
        model.Run(inputs, outputs, TestContext.Current.CancellationToken);
        Assert.Equal(2, outputs["PredictedLabel"].Count);
    }

    [Fact]
    public async Task A_million_calls_from_8_threads_are_all_right()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        ModelFunction<LoanRow, LoanDecision> function = model.Bind<LoanRow, LoanDecision>()!;
        function.Warm();
        LoanDecision[] expected = [.. models.Loans.Select(function.Predict)];
        Assert.True(expected.Select(e => e.Score).Distinct().Count() > 1_000);
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(t => new Thread(() =>
        {
            LoanDecision decision = new();
            for (int i = 0; i < 125_000; i++)
            {
                int row = (i + (t * 251)) % expected.Length;
                function.Predict(models.Loans[row], ref decision);
                if (decision.Score != expected[row].Score || decision.Probability != expected[row].Probability)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task A_call_into_the_callers_object_allocates_nothing()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("mlnet-").FullName, "model.zip");
        await File.WriteAllBytesAsync(file, models.Linear, TestContext.Current.CancellationToken);
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseMLNet().Serve<LoanRow, LoanDecision>("loans", configure: s => s.FromFile(file)), TestContext.Current.CancellationToken);
        Predictor<LoanRow, LoanDecision> predictor = host.Predictor<LoanRow, LoanDecision>("loans");
        Assert.Equal(0, Least(predictor));
    }

    [Fact]
    public async Task A_disposed_engine_leaves_the_model_alive()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Trees);
        MLNetFunction<LoanRow, LoanDecision> first = (MLNetFunction<LoanRow, LoanDecision>)model.Bind<LoanRow, LoanDecision>()!;
        LoanDecision before = first.Predict(models.Loans[1]);
        first.Dispose();
        Assert.Equal(before.Score, model.Bind<LoanRow, LoanDecision>()!.Predict(models.Loans[1]).Score);
    }

    [Fact]
    public async Task Types_that_do_not_fit_are_rejected_with_both_sides()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        string output = Assert.Throws<ModelRejectedException>(() => model.Bind<LoanRow, WrongDecision>()).Message;
        Assert.Contains("Verdict", output, StringComparison.Ordinal);
        Assert.Contains("'Probability' FP32[-1,1]", output, StringComparison.Ordinal);
        Assert.Contains("Region", Assert.Throws<ModelRejectedException>(() => model.Bind<WrongRow, LoanDecision>()).Message, StringComparison.Ordinal);
        Assert.StartsWith("binding: ", Assert.Throws<ModelRejectedException>(() => model.Bind<int, LoanDecision>()).Message, StringComparison.Ordinal);
        Assert.StartsWith("binding: ", Assert.Throws<ModelRejectedException>(() => model.Bind<LoanRow, string>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_schema_is_called_by_types_only()
    {
        ITransformer transformer = models.Context.Model.Load(new MemoryStream(models.Linear), out _);
        using MemoryStream stream = new();
        models.Context.Model.Save(transformer, null, stream);
        using LoadedModel model = await MLNetRuns.LoadAsync(stream.ToArray());
        Assert.True(model.Signature.IsEmpty);
        using TensorSet none = new();
        using TensorSet outputs = new();
        Assert.Contains("without its input schema", Assert.Throws<InvalidInputException>(() => model.Run(none, outputs)).Message, StringComparison.Ordinal);
        using LoadedModel whole = await MLNetRuns.LoadAsync(models.Linear);
        Assert.Equal(
            whole.Bind<LoanRow, LoanDecision>()!.Predict(models.Loans[5]).Score,
            model.Bind<LoanRow, LoanDecision>()!.Predict(models.Loans[5]).Score);
    }

    private long Least(Predictor<LoanRow, LoanDecision> predictor)
    {
        LoanDecision decision = new();
        long least = long.MaxValue;
        for (int round = 0; round < 20 && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1_000; i++)
            {
                predictor.Predict(models.Loans[i % 3], ref decision);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private sealed class WrongDecision
    {
        public float Verdict { get; set; }
    }

    private sealed class WrongRow
    {
        public float Ratio { get; set; }
    }
}
