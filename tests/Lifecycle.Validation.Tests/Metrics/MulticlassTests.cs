using FsCheck.Xunit;

namespace Lifecycle.Validation.Tests.Metrics;

public class MulticlassTests
{
    private static readonly int[] Truth = [0, 1, 2, 0, 1, 2], Predicted = [0, 2, 1, 0, 0, 1];

    [Fact]
    public void ThreeClasses_OfThePage()
    {
        EvaluationSet set = EvaluationSet.Of(Truth, Predicted);
        Assert.Equal((EvaluationKind.Multiclass, 3), (set.Kind, set.Classes.Count));
        Assert.Equal(0.2222222222222222, Metric.MacroPrecision.Compute(set).Value, 1e-12);
        Assert.Equal(0.3333333333333333, Metric.MacroRecall.Compute(set).Value, 1e-12);
        Assert.Equal(0.26666666666666666, Metric.MacroF1.Compute(set).Value, 1e-12);
        Assert.Equal(0.3333333333333333, Metric.MicroF1.Compute(set).Value, 1e-12);
        Assert.Equal(0.26666666666666666, Metric.WeightedF1.Compute(set).Value, 1e-12);
        Assert.Equal(0, Metric.CohenKappa.Compute(set).Value, 1e-12);
        Assert.Equal(0.3333333333333333, Metric.Accuracy.Compute(set).Value, 1e-12);
    }

    [Fact]
    public async Task Multiclass_OneVersusRest()
    {
        string[] labels = [.. Enumerable.Range(0, 300).Select(i => "cat dog owl".Split(' ')[i % 3])];
        string[] predictions = [.. labels.Select((l, i) => i % 10 == 0 ? "cat" : l)];
        EvaluationSet set = EvaluationSet.Of(labels, predictions).Attribute("g", Enumerable.Range(0, 300).Select(i => i % 2 == 0 ? "a" : "b"));
        EvaluationSet cats = EvaluationSet.Of([.. labels.Select(l => l == "cat")], (bool[])[.. predictions.Select(p => p == "cat")]).Attribute("g", Enumerable.Range(0, 300).Select(i => i % 2 == 0 ? "a" : "b"));
        foreach (Metric metric in Metric.All.Where(m => m.OfCounts is not null || m == Metric.PredictedPositiveShare))
        {
            Assert.Equal(metric.Compute(cats), metric.OfClass("cat").Compute(set));
            Assert.Equal(GroupMetrics.Compute(cats, "g")["b"][metric], GroupMetrics.Compute(set, "g")["b"][metric.OfClass("cat")]);
        }

        MetricInterval own = MetricInterval.Of(Metric.Precision.OfClass("cat"), set, 0.95, 200, 1), binary = MetricInterval.Of(Metric.Precision, cats, 0.95, 200, 1);
        Assert.Equal(binary, own);
        FairnessMetric odds = FairnessMetric.EqualizedOddsDifference;
        Assert.Equal(GroupMetrics.Compute(cats, "g").Disparity(odds).Upper, GroupMetrics.Compute(set, "g").Disparity(odds.OfClass("cat")).Upper);
        Assert.Equal(GroupMetrics.Compute(cats, "g")[odds].Value, GroupMetrics.Compute(set, "g")[odds.OfClass("cat")].Value);
        FairnessMetric overall = odds.OfClass("cat").ToOverall();
        Assert.Equal(("EqualizedOddsDifferenceToOverall(cat)", "cat"), (overall.Name, overall.ClassName));
        Assert.Equal(GroupMetrics.Compute(cats, "g").Disparity(odds.ToOverall()).Upper, GroupMetrics.Compute(set, "g").Disparity(overall).Upper);
        Assert.Equal("a", FairnessMetric.Named("EqualizedOddsDifference(cat)", "a").Reference);
        Gate gate = Gate.For("g").RequireFair("g", odds.OfClass("cat"), 1).Require(Metric.TruePositiveRate.OfClass("cat"), atLeast: 0.9).RequireFair("g", FairnessMetric.AccuracyDifference, 1).Build();
        Assert.Equal(gate.Digest, Gate.FromJson(gate.ToJson()).Digest);
        Assert.True((await gate.EvaluateAsync(set)).Passed);
    }

    [Fact]
    public async Task WhatASetOfClassesDoesNotHave_IsMissing_WithAdvice()
    {
        EvaluationSet set = EvaluationSet.Of(Truth, Predicted).Attribute("g", ["a", "b", "a", "b", "a", "b"]);
        GateReport report = await Gate.For("g")
            .Require(Metric.Precision, atLeast: 0)
            .Require(Metric.Precision.OfClass("7"), atLeast: 0)
            .Require(Metric.AreaUnderRoc, atLeast: 0)
            .RequireFair("g", FairnessMetric.DemographicParityDifference, 1)
            .RequireFair("g", FairnessMetric.DemographicParityDifference.OfClass("7"), 1)
            .RequireFair("g", FairnessMetric.DemographicParityDifference.OfClass("8"), 1, Confidence.None)
            .RequireNotWorse(Metric.Accuracy, 1)
            .EvaluateAsync(set, baseline: Baseline.FromDecisions(new bool[6]));
        Assert.All(report.Findings, f => Assert.Equal((Verdict.Fail, UndefinedReason.MissingMetric), (f.Verdict, f.Value!.Value.Reason)));
        Assert.Contains("OfClass(\"0\")", report.Findings[0].Message, StringComparison.Ordinal);
        Assert.Contains("the classes are: 0, 1, 2", report.Findings[1].Message, StringComparison.Ordinal);
        Assert.Equal(UndefinedReason.MissingMetric, Metric.Precision.OfClass("cat").Compute(Compas.RaceAndSex).Reason);
        Assert.Throws<InvalidOperationException>(() => Metric.AreaUnderRoc.OfClass("cat"));
        Assert.Contains("0, 1, 2", Assert.Throws<ArgumentException>(() => set.OneVersusRest("3")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAbsentClass_IsLeftOutOfMeans_AndReported()
    {
        EvaluationSet set = EvaluationSet.Of(Truth, Predicted, classes: [0, 1, 2, 10]);
        Assert.Equal(["0", "1", "2", "10"], set.Classes);
        Assert.Equal(["10"], set.AbsentClasses);
        Assert.Equal(0.26666666666666666, Metric.MacroF1.Compute(set).Value, 1e-12);
        Finding finding = (await Gate.For("g").Require(Metric.MacroF1, atLeast: 0.2, confidence: Confidence.None).EvaluateAsync(set)).Findings[0];
        Assert.Equal(Verdict.Pass, finding.Verdict);
        Assert.EndsWith("Left out, because no row has or was given them: 10.", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AClassNeverPredicted_HasNoPrecision_AndNeitherHasTheMean()
    {
        EvaluationSet set = EvaluationSet.Of(["a", "b", "c"], (string[])["a", "b", "b"]);
        Assert.Equal(UndefinedReason.NoPredictedPositives, Metric.MacroPrecision.Compute(set).Reason);
        Assert.Equal(UndefinedReason.NoPositives, Metric.MacroRecall.Compute(EvaluationSet.Of(["a", "b", "b"], (string[])["a", "b", "c"])).Reason);
        Assert.Equal(2.0 / 3, Metric.MacroRecall.Compute(set).Value, 1e-15);
        Assert.Equal(UndefinedReason.OneClass, Metric.CohenKappa.Compute(EvaluationSet.Of(["a", "a"], (string[])["a", "a"], classes: ["a", "b", "c"])).Reason);
    }

    [Fact]
    public void TwoClasses_AreABinarySet_WhenOneIsKnownToBePositive()
    {
        Assert.Equal(EvaluationKind.Binary, EvaluationSet.Of([0, 1, 1], [1, 1, 0]).Kind);
        Assert.Equal([false, true, true], EvaluationSet.Of([0, 1, 1], [1, 1, 0]).Labels.ToArray());
        Assert.Equal([false, false], EvaluationSet.Of([0, 0], [0, 0]).Predictions.ToArray());
        Assert.Equal([true, true], EvaluationSet.Of([1, 1], [1, 1]).Labels.ToArray());
        Assert.Contains("'cow'", Assert.Throws<ArgumentException>(() => EvaluationSet.Of(["cat", "dog"], (string[])["cat", "cat"], positive: "cow")).Message, StringComparison.Ordinal);
        Assert.Equal(1, Metric.Accuracy.Compute(EvaluationSet.FromClasses(["a", "b", "c"], r => r, r => r)).Value);
        EvaluationSet cats = EvaluationSet.Of(["cat", "dog", "owl"], (string[])["cat", "cat", "owl"], positive: "cat");
        Assert.Equal((EvaluationKind.Binary, "cat"), (cats.Kind, cats.Outcome));
        ArgumentException error = Assert.Throws<ArgumentException>(() => EvaluationSet.Of(["cat", "dog"], (string[])["cat", "cat"]));
        Assert.Contains("'cat', 'dog'", error.Message, StringComparison.Ordinal);
        Assert.Contains("positive:", error.Message, StringComparison.Ordinal);
        ColumnBatch batch = new([BatchColumn.Of<int>("y", Truth), BatchColumn.Of<int>("p", Predicted)]);
        Assert.Equal(0.26666666666666666, Metric.MacroF1.Compute(EvaluationSet.FromClasses(batch, "y", "p")).Value, 1e-12);
        Assert.Equal(EvaluationKind.Binary, EvaluationSet.FromClasses(batch, "y", "p", "2").Kind);
    }

    [Fact]
    public void MissingPrediction_IsAnError()
    {
        Assert.Contains("2 of 3 predictions are missing, the first in row 1", Assert.Throws<ArgumentException>(() => EvaluationSet.Of(["a", "b", "c"], (string?[])["a", null, null])).Message, StringComparison.Ordinal);
        Assert.Contains("1 of 2 scores are missing", Assert.Throws<ArgumentException>(() => EvaluationSet.Of([true, false], [0.1, double.NaN])).Message, StringComparison.Ordinal);
        Assert.Contains("1 of 2 predictions are missing", Assert.Throws<ArgumentException>(() => EvaluationSet.Of([1.0, 2], [0.1, double.NaN])).Message, StringComparison.Ordinal);
        EvaluationSet unlabelled = EvaluationSet.Of(["a", null, "c", "b"], (string?[])["a", "b", "c", "b"]);
        Assert.Equal(1, unlabelled.UnlabelledCount);
        Assert.Equal(1, Metric.Accuracy.Compute(unlabelled.DropUnlabelled()).Value);
    }

    [Property(MaxTest = 150)]
    public void EqualNaiveOnes((byte Y, byte P, byte W)[] rows, bool weigh)
    {
        (string Y, string P, double W)[] taken = [.. rows.Select(r => ($"c{r.Y % 4}", $"c{r.P % 4}", weigh ? r.W % 3 : 1.0))];
        if (taken.Sum(r => r.W) == 0)
        {
            return;
        }

        EvaluationSet set = EvaluationSet.Of([.. taken.Select(r => r.Y)], (string[])[.. taken.Select(r => r.P)], classes: ["c0", "c1", "c2", "c3"]).WithWeights([.. taken.Select(r => r.W)]);
        double n = taken.Sum(r => r.W), observed = taken.Where(r => r.Y == r.P).Sum(r => r.W) / n, expected = 0, weighted = 0;
        List<double?> precisions = [], recalls = [], f1 = [];
        foreach (string c in set.Classes)
        {
            double hits = taken.Where(r => r.Y == c && r.P == c).Sum(r => r.W), truths = taken.Where(r => r.Y == c).Sum(r => r.W), decided = taken.Where(r => r.P == c).Sum(r => r.W);
            expected += truths * decided / (n * n);
            weighted += truths > 0 ? truths / n * 2 * hits / (truths + decided) : 0;
            if (truths + decided > 0)
            {
                precisions.Add(decided > 0 ? hits / decided : null);
                recalls.Add(truths > 0 ? hits / truths : null);
                f1.Add(2 * hits / (truths + decided));
            }
        }

        Check(observed, Metric.Accuracy.Compute(set));
        Check(1 - observed, Metric.ErrorRate.Compute(set));
        Check(observed, Metric.MicroF1.Compute(set));
        Check(weighted, Metric.WeightedF1.Compute(set));
        Check(precisions.Contains(null) ? null : precisions.Average(), Metric.MacroPrecision.Compute(set));
        Check(recalls.Contains(null) ? null : recalls.Average(), Metric.MacroRecall.Compute(set));
        Check(f1.Average(), Metric.MacroF1.Compute(set));
        Check(expected > 1 - 1e-12 ? null : (observed - expected) / (1 - expected), Metric.CohenKappa.Compute(set));
    }

    private static void Check(double? expected, MetricValue found)
    {
        Assert.Equal(expected is not null, found.IsDefined);
        Assert.True(expected is null || Math.Abs(expected.Value - found.Value) < 1e-12, $"{expected} {found}");
    }

    [Fact]
    public void MeansOfClasses_TakeTheBootstrap()
    {
        int[] truth = [.. Enumerable.Range(0, 400).Select(i => i % 4)], predicted = [.. truth.Select((t, i) => i % 7 == 0 ? (t + 1) % 4 : t)];
        EvaluationSet set = EvaluationSet.Of(truth, predicted);
        foreach (Metric metric in new[] { Metric.MacroF1, Metric.WeightedF1, Metric.MacroPrecision, Metric.MacroRecall, Metric.CohenKappa })
        {
            MetricInterval found = MetricInterval.Of(metric, set, 0.95, 400, 1);
            Assert.Equal("BCa bootstrap", found.Method);
            Assert.True(found.Lower < found.Value.Value && found.Value.Value < found.Upper, $"{metric} {found}");
        }

        Assert.Equal("Wilson", MetricInterval.Of(Metric.Accuracy, set, 0.95, 400, 1).Method);
        Assert.True(MetricInterval.Of(Metric.Accuracy, set.WithWeights([.. Enumerable.Repeat(2.0, 400)]), 0.95, 400, 1).Value.IsDefined);
    }
}
