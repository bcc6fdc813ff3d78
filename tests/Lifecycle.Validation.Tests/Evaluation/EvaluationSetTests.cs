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
}
