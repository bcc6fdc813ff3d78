namespace Lifecycle.Validation.Tests.Evaluation;

public class EvaluationSetTests
{
    private static readonly bool[] Labels = [true, false, true, false];
    private static readonly double[] Scores = [0.9, 0.5, 0.2, 0.1];

    [Fact]
    public void Decision_IsPositive_FromTheThresholdOn()
    {
        EvaluationSet set = EvaluationSet.Of(Labels, Scores, 0.5);
        Assert.Equal([true, true, false, false], set.Predictions.ToArray());
        Assert.Equal(new ConfusionCounts(1, 1, 1, 1), ConfusionCounts.Of(set));
    }

    [Fact]
    public void OwnDecisions_ReplaceTheThreshold()
    {
        EvaluationSet set = EvaluationSet.Of(Labels, Scores).WithPredictions([false, false, true, true]);
        Assert.Null(set.Threshold);
        Assert.True(set.HasScores);
        Assert.Equal([false, false, true, true], set.Predictions.ToArray());
    }

    [Theory]
    [InlineData(new[] { 0, 1 }, null, new[] { false, true })]
    [InlineData(new[] { -1, 1 }, null, new[] { false, true })]
    [InlineData(new[] { 3, 7 }, 3, new[] { true, false })]
    public void WholeNumberLabels(int[] labels, int? positive, bool[] expected) =>
        Assert.Equal(expected, EvaluationSet.Of(labels, [0.1, 0.2], positive: positive).Labels.ToArray());

    [Fact]
    public void Labels_WithoutAKnownPositive_AreRefused_AndListed()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => EvaluationSet.Of([3, 7], [0.1, 0.2]));
        Assert.Contains("'3', '7'", error.Message, StringComparison.Ordinal);
        Assert.Contains("positive:", error.Message, StringComparison.Ordinal);
        Assert.Contains("'no', 'yes'", Assert.Throws<ArgumentException>(() => EvaluationSet.Of(["yes", "no"], [0.1, 0.2], "maybe")).Message, StringComparison.Ordinal);
        Assert.Contains("more than two", Assert.Throws<ArgumentException>(() => EvaluationSet.Of([0, 1, 2], [0.1, 0.2, 0.3])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WrongInput_IsNamed()
    {
        Assert.Contains("4", Assert.Throws<ArgumentException>(() => EvaluationSet.Of(Labels, [0.1, 0.2, 0.3])).Message, StringComparison.Ordinal);
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => EvaluationSet.Of(Array.Empty<bool>(), Array.Empty<double>())).Message, StringComparison.Ordinal);
        Assert.Contains("row 2", Assert.Throws<ArgumentException>(() => EvaluationSet.Of(Labels, [0.1, 0.2, double.NaN, double.PositiveInfinity])).Message, StringComparison.Ordinal);
        EvaluationSet set = EvaluationSet.Of(Labels, Scores);
        Assert.Contains("'race' has 2 values", Assert.Throws<ArgumentException>(() => set.Attribute("race", ["a", "b"])).Message, StringComparison.Ordinal);
        Assert.Contains("'race' has 5 values", Assert.Throws<ArgumentException>(() => set.Attribute("race", ["a", "b", "c", "d", "e"])).Message, StringComparison.Ordinal);
        Assert.Contains("row 1", Assert.Throws<ArgumentException>(() => set.WithWeights([1, -1, 1, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("All weights", Assert.Throws<ArgumentException>(() => set.WithWeights([0, 0, 0, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("already", Assert.Throws<ArgumentException>(() => set.Attribute("a", ["x", "x", "x", "x"]).Attribute("a", ["x", "x", "x", "x"])).Message, StringComparison.Ordinal);
        UnknownColumnException unknown = Assert.Throws<UnknownColumnException>(() => set.Attribute("race", ["a", "b", "a", "b"]).AttributeNamed("rase"));
        Assert.Contains("race", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_NeedBins()
    {
        EvaluationSet set = EvaluationSet.Of(Labels, Scores);
        GroupColumn age = set.Attribute("age", [24.9, 25, double.NaN, 45], [25, 45]).AttributeNamed("age");
        Assert.Equal(["(-inf,25)", "[25,45)", "[45,inf)", "(missing)"], age.Values);
        Assert.Equal([0, 1, 3, 2], age.Codes.ToArray());
        ArgumentException error = Assert.Throws<ArgumentException>(() => set.Attribute(BatchColumn.Of<double>("income", new double[] { 1, 2, 3, 3 })));
        Assert.Contains("'income' is a number with 3 different values", error.Message, StringComparison.Ordinal);
        Assert.Contains("bins:", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => set.Attribute("age", [1, 2, 3, 4], [45, 25]));
    }

    [Fact]
    public void TooManyGroups_AreRefused()
    {
        int n = GroupEncoder.MaximumGroups + 1;
        EvaluationSet set = EvaluationSet.Of(new bool[n], new double[n]);
        ArgumentException error = Assert.Throws<ArgumentException>(() => set.Attribute("zip", Enumerable.Range(0, n).Select(i => $"z{i}")));
        Assert.Contains("'zip'", error.Message, StringComparison.Ordinal);
        Assert.Contains("bins:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AValueSpelledLikeTheMissingGroup_IsAGroupOfItsOwn()
    {
        GroupColumn column = EvaluationSet.Of(Labels, Scores).Attribute("a", ["(missing)", null, "", "x"]).AttributeNamed("a");
        Assert.Equal(["\\(missing)", "x", "(missing)"], column.Values);
        Assert.Equal([0, 2, 2, 1], column.Codes.ToArray());
    }

    [Fact]
    public void ColumnBatch_And_Records_GiveTheSame()
    {
        ColumnBatch batch = new(
        [
            BatchColumn.Of<string>("deny", new[] { "yes", "no", "yes", "no" }), BatchColumn.Of<double>("p", Scores), BatchColumn.Of<bool>("afam", new[] { true, true, false, false }),
        ]);
        EvaluationSet columns = EvaluationSet.From(batch, labels: "deny", scores: "p", positive: "yes").Attribute(batch["afam"]);
        EvaluationSet records = EvaluationSet.From(Labels.Zip(Scores), r => r.First, r => r.Second);
        Assert.Equal(ConfusionCounts.Of(columns), ConfusionCounts.Of(records));
        Assert.Equal(["false", "true"], columns.AttributeNamed("afam").Values);
        Assert.Throws<UnknownColumnException>(() => EvaluationSet.From(batch, labels: "denied", scores: "p"));
    }

    [Fact]
    public void MissingLabels_StopTheEvaluation_UnlessDropped()
    {
        bool?[] labels = [true, null, false, null];
        EvaluationSet set = EvaluationSet.From(labels.Zip(Scores), r => r.First, r => r.Second).Attribute("g", ["a", "b", "c", "d"]);
        Assert.Contains("2 of 4", Assert.Throws<InvalidOperationException>(() => Metric.Accuracy.Compute(set)).Message, StringComparison.Ordinal);
        EvaluationSet kept = set.DropUnlabelled();
        Assert.Equal((2, 2), (kept.Count, kept.DroppedCount));
        Assert.Equal(1, Metric.Accuracy.Compute(kept).Value);
        Assert.Equal([0, 2], kept.AttributeNamed("g").Codes.ToArray());
    }

    [Fact]
    public void ASet_DoesNotChange()
    {
        double[] scores = [0.9, 0.1];
        EvaluationSet set = EvaluationSet.Of([true, false], scores), wider = set.Attribute("a", ["x", "y"]);
        scores[0] = 0;
        Assert.Equal(0.9, set.Scores[0]);
        Assert.Empty(set.Attributes);
        Assert.Single(wider.Attributes);
    }

    [Fact]
    public void ClippedScores_AreCounted()
    {
        EvaluationSet set = EvaluationSet.Of(Labels, Scores).WithScores([1.5, 0.5, -2, 0.1], clip: true);
        Assert.Equal((2, 0.5), (set.ClippedCount, set.Threshold));
        Assert.Equal([1, 0.5, 0, 0.1], set.Scores.ToArray());
        Assert.True(Metric.Brier.Compute(set).IsDefined);
        Assert.Equal(2, set.Rows([0, 1]).ClippedCount);
        Assert.Equal([true, false, false, false], EvaluationSet.Of(Labels, Scores).WithScores([1.5, 0.5, -2, 0.1], threshold: 0.6).Predictions.ToArray());
        Assert.Equal(0, EvaluationSet.Of(Labels, Scores).WithScores([1.5, 0.5, -2, 0.1]).ClippedCount);
        Assert.Contains("row 3", Assert.Throws<ArgumentException>(() => set.WithScores([1, 1, 1, double.NaN], clip: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingTextLabels_AreMissing_NotNegative()
    {
        EvaluationSet set = EvaluationSet.Of(["yes", null, "no", "yes"], Scores, "yes");
        Assert.Equal(1, set.UnlabelledCount);
        Assert.Equal([true, false, true], set.DropUnlabelled().Labels.ToArray());
        Assert.Equal([true, false, false, true], EvaluationSet.Of(["a", "b", "c", "a"], Scores, "a").Labels.ToArray());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200_000)]
    public void Codes_EqualNaiveOnes_WhateverTheTexts(int rows)
    {
        string?[] pool = ["", null, "a", "b", "ab", "abcd", "abcdx", "abcdefgh", "abcdefgX", "Abcdefgh12345678", "abcdefgh12345678", "a much longer text than the others", "(missing)", "\\(missing)", "\ud800", "ä", "zz-zz"];
        Statistics.RandomStream random = new(3);
        string?[] values = [.. Enumerable.Range(0, rows).Select(_ => pool[(int)(random.NextDouble() * pool.Length)] is { } text ? new string(text.AsSpan()) : null)];
        EvaluationSet set = EvaluationSet.Of(new bool[rows], new bool[rows]).Attribute("a", values);
        GroupColumn column = set.AttributeNamed("a");
        string Spelled(string? v) => string.IsNullOrEmpty(v) ? "(missing)" : v is "(missing)" or "\\(missing)" ? "\\" + v : v;
        Assert.Equal([.. values.Where(v => !string.IsNullOrEmpty(v)).Select(Spelled).Distinct().Order(StringComparer.Ordinal), "(missing)"], column.Values);
        for (int i = 0; i < rows; i++)
        {
            Assert.Equal(Spelled(values[i]), column.Values[column.Codes[i]]);
        }

        Assert.Equal(column.Codes.ToArray(), EvaluationSet.Of(new bool[rows], new bool[rows]).Attribute("a", values.Select(v => v)).AttributeNamed("a").Codes.ToArray());
        GroupMetrics groups = GroupMetrics.Compute(set, "a");
        Assert.All(groups.Groups, g => Assert.Equal(values.Count(v => Spelled(v) == g.Key), g[Metric.Count].Value));
    }

    [Fact]
    public void ManyDifferentTexts_ThatBeginAndEndAlike_AreToldApart()
    {
        string[] values = [.. Enumerable.Range(0, 9_000).Select(i => $"customer-0000000-{i:00000}-and-more-of-the-same")];
        GroupColumn column = EvaluationSet.Of(new bool[9_000], new bool[9_000]).Attribute("a", values).AttributeNamed("a");
        Assert.Equal(values, column.Codes.ToArray().Select(c => column.Values[c]));
        ArgumentException error = Assert.Throws<ArgumentException>(() => EvaluationSet.Of(new bool[12_345], new bool[12_345]).Attribute("id", Enumerable.Range(0, 12_345).Select(i => $"{i}")));
        Assert.Contains("12,345", error.Message, StringComparison.Ordinal);
    }
}
