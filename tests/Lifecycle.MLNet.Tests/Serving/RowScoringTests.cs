using System.Globalization;
using Lifecycle.Serving;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests.Serving;

/// <summary>Rows of tensors against ML.NET's own engine.</summary>
public sealed class RowScoringTests(TrainedModels models)
{
    private const int Many = 10_000;

    private static readonly LoanRow[] Loans = [.. Enumerable.Range(0, Many).Select(LoanRow.Of)];

    [Fact]
    public Task Rows_OfLinearModel_EqualTheEngineBitForBit() => EqualAsync<LoanDecision>(models.Linear, "'Ratio' FP32[-1,1]", Decision);

    [Fact]
    public Task Rows_OfTrees_EqualTheEngineBitForBit() => EqualAsync<LoanDecision>(models.Trees, "'PredictedLabel' BOOL[-1,1], 'Score' FP32[-1,1], 'Probability' FP32[-1,1]", Decision);

    [Fact]
    public Task Rows_OfTexts_EqualTheEngineBitForBit() => EqualAsync<RegionGuess>(
        models.Texts, "'Purpose' BYTES[-1,1] -> 'PredictedLabel' BYTES[-1,1], 'Score' FP32[-1,3]",
        (guess, outputs, row) => guess.PredictedLabel == Text(outputs["PredictedLabel"], row) && Same(guess.Score, outputs["Score"], row));

    [Fact]
    public Task Rows_OfKeys_EqualTheEngineBitForBit() => EqualAsync<RegionKey>(
        models.Regions, "'PredictedLabel' UINT32[-1,1], 'Score' FP32[-1,3]",
        (guess, outputs, row) => guess.PredictedLabel == outputs["PredictedLabel"].Span<uint>()[row] && Same(guess.Score, outputs["Score"], row));

    [Fact]
    public Task Rows_OfDatesKeysAndVectorsOfAnyLength_EqualTheEngineBitForBit() => EqualAsync<MixedAnswer>(
        models.Mixed, "'Words' BYTES[-1,-1]",
        (answer, outputs, row) => Same([answer.Score], outputs["Score"], row)
            && answer.Day == DateTime.Parse(Text(outputs["Day"], row), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
            && answer.Grade == outputs["Grade"].Span<uint>()[row]
            && Same(answer.Days, outputs["Days"], row)
            && answer.Words.SequenceEqual([Text(outputs["Words"], 2 * row), Text(outputs["Words"], (2 * row) + 1)])
            && Same([answer.Ratio], outputs["Ratio"], row),
        "Score", "Day", "Grade", "Days", "Words", "Ratio");

    [Fact]
    public async Task Run_AnyNumberOfRows_AnswersAsOneRowAfterTheOther()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Trees);
        using TensorSet all = MLNetRuns.Tensors(model.Signature, Loans), expected = new();
        model.Run(all, expected, TestContext.Current.CancellationToken);
        using TensorSet outputs = new();
        foreach (int rows in (int[])[1, 2, 63, 64, 65, 66, 128, 129, 130, 1_000, 3, 0])
        {
            using TensorSet inputs = MLNetRuns.Tensors(model.Signature, Loans[..rows]);
            model.Run(inputs, outputs, TestContext.Current.CancellationToken);
            Assert.All(outputs, o => Assert.Equal(rows, o.Value.Shape[0]));
            Assert.Equal(expected["Score"].Span<float>()[..rows], outputs["Score"].Span<float>());
            Assert.Equal(expected["PredictedLabel"].Span<bool>()[..rows], outputs["PredictedLabel"].Span<bool>());
        }
    }

    [Fact]
    public async Task Run_ScalarsWithoutSecondDimension_AreTaken()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Texts);
        using TensorSet inputs = TensorSet.Of(("Purpose", TensorValue.From(["a house", "a boat"], [2])));
        Assert.Equal(2, model.Signature.Check(inputs));
        using TensorSet outputs = new();
        model.Run(inputs, outputs, TestContext.Current.CancellationToken);
        Assert.Equal([2L, 1L], outputs["PredictedLabel"].Shape);
    }

    [Fact]
    public void Run_CancelledInTheMiddle_LeavesChunksOut()
    {
        const int Rows = 64 * 1_000;
        using CancellationTokenSource source = new();
        int scored = 0;
        MLContext context = new(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable([new One()]);
        ITransformer counting = context.Transforms.CustomMapping<One, Two>(
            (one, two) =>
            {
                two.Score = one.X + 1;
                if (Interlocked.Increment(ref scored) == 100)
                {
                    source.Cancel();
                }
            },
            null).Fit(data);
        using ScorerRing ring = new(RowMapping.Of(counting, data.Schema, new ModelRequest()).Mapping!);
        using TensorSet inputs = TensorSet.Of(("X", TensorValue.From<float>(new float[Rows], [Rows, 1]))), outputs = new();
        Assert.ThrowsAny<OperationCanceledException>(() => ring.Run(inputs, outputs, source.Token));
        Assert.InRange(scored, 100, Rows / 2);
    }

    [Fact]
    public async Task Run_SeveralRowsFail_TheFirstOneIsToldAndTheModelGoesOn()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Mixed);
        using TensorSet good = MLNetRuns.Tensors(model.Signature, Loans), expected = new(), outputs = new();
        model.Run(good, expected, TestContext.Current.CancellationToken);
        for (int i = 0; i < 20; i++)
        {
            using TensorSet bad = MLNetRuns.Tensors(model.Signature, Loans);
            foreach (int row in (int[])[9_999, 5_000, 1_001 + i])
            {
                bad["Day"].Texts[row] = System.Text.Encoding.UTF8.GetBytes($"no day {row}");
            }

            InvalidInputException error = Assert.Throws<InvalidInputException>(() => model.Run(bad, outputs, TestContext.Current.CancellationToken));
            Assert.StartsWith($"'no day {1_001 + i}' is no date", error.Message, StringComparison.Ordinal);
        }

        model.Run(good, outputs, TestContext.Current.CancellationToken);
        Assert.Equal(expected["Score"].Span<float>(), outputs["Score"].Span<float>());
    }

    [Theory]
    [InlineData("2020-01-05", 2020, 1, 5, 0)]
    [InlineData("2020-01-05T00:00:00", 2020, 1, 5, 0)]
    [InlineData("2020-01-05T03:00:00+01:00", 2020, 1, 5, 2)]
    [InlineData("2020-01-05T02:00:00Z", 2020, 1, 5, 2)]
    [InlineData("", 1, 1, 1, 0)]
    public async Task Date_InIso8601_IsTakenAlikeInEveryTimeZone(string text, int year, int month, int day, int hour)
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Mixed, new() { Outputs = ["Day"] });
        using TensorSet inputs = TensorSet.Of(("Day", TensorValue.From([text], [1, 1]))), outputs = new();
        model.Run(inputs, outputs, TestContext.Current.CancellationToken);
        Assert.StartsWith(new DateTime(year, month, day, hour, 0, 0).ToString("s", CultureInfo.InvariantCulture), Text(outputs["Day"], 0), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12/31/1990")]
    [InlineData("1990")]
    [InlineData("1990-13-01")]
    [InlineData("yesterday of the year")]
    public async Task Date_NotInIso8601_IsRefused(string text)
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Mixed, new() { Outputs = ["Day"] });
        using TensorSet inputs = TensorSet.Of(("Day", TensorValue.From([text], [1, 1]))), outputs = new();
        Assert.Contains("ISO 8601", Assert.Throws<InvalidInputException>(() => model.Run(inputs, outputs)).Message, StringComparison.Ordinal);
    }

    private static async Task EqualAsync<TOut>(byte[] bytes, string signature, Func<TOut, TensorSet, int, bool> same, params string[] wanted)
        where TOut : class, new()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(bytes, new() { Outputs = wanted });
        Assert.Contains(signature, model.Signature.ToString(), StringComparison.Ordinal);
        using TensorSet inputs = MLNetRuns.Tensors(model.Signature, Loans), outputs = new();
        Assert.Equal(Many, model.Signature.Check(inputs));
        model.Run(inputs, outputs, TestContext.Current.CancellationToken);
        Assert.Equal(model.Signature.Outputs.Select(o => o.Name), outputs.Select(o => o.Key));
        MLContext context = new();
        ITransformer transformer = context.Model.Load(new MemoryStream(bytes), out _);
        using PredictionEngine<LoanRow, TOut> engine = context.Model.CreatePredictionEngine<LoanRow, TOut>(transformer);
        Assert.DoesNotContain(Enumerable.Range(0, Many), row => !same(engine.Predict(Loans[row]), outputs, row));
    }

    private static bool Decision(LoanDecision decision, TensorSet outputs, int row) => Same([decision.Score], outputs["Score"], row)
        && Same([decision.Probability], outputs["Probability"], row) && decision.PredictedLabel == outputs["PredictedLabel"].Span<bool>()[row];

    private static bool Same(float[] expected, TensorValue tensor, int row) => expected.Select(BitConverter.SingleToInt32Bits)
        .SequenceEqual(tensor.Span<float>().Slice(row * expected.Length, expected.Length).ToArray().Select(BitConverter.SingleToInt32Bits));

    private static string Text(TensorValue tensor, int at) => System.Text.Encoding.UTF8.GetString(tensor.Texts[at].Span);

    private sealed class One
    {
        public float X { get; set; }
    }

    private sealed class Two
    {
        public float Score { get; set; }
    }
}
