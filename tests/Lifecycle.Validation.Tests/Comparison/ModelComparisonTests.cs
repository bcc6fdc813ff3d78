using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Comparison;

public class ModelComparisonTests
{
    private static readonly EvaluationSet Set = Gates.Samples.Scored(800);
    private static readonly Baseline Weaker = Baseline.FromScores(Gates.Samples.Scored(800, 1.6, seed: 9).Scores), Same = Baseline.FromScores(Set.Scores);

    /// <summary>
    /// Decisions of COMPAS (decile at least 5) against those of a rule on earlier offences (at least 3), by the rows on which they
    /// differ.
    /// </summary>
    private static ModelComparison Compas()
    {
        const int FirstOnly = 1202, SecondOnly = 1124, Rows = 7214;
        bool[] labels = new bool[Rows], first = new bool[Rows], second = new bool[Rows];
        for (int i = 0; i < Rows; i++)
        {
            first[i] = i >= FirstOnly && i < FirstOnly + SecondOnly;
            second[i] = i < FirstOnly;
        }

        return ModelComparison.Of(EvaluationSet.Of(labels, first), Baseline.FromDecisions(second));
    }

    [Fact]
    public void McNemar_OfThePage()
    {
        ModelComparison pair = Compas();
        Assert.Equal(new PairedCounts(7214 - 1202 - 1124, 1202, 1124, 0), pair.Counts());
        McNemar test = pair.McNemar();
        Assert.Equal(1, test.MidP / 0.10586903579291057, 1e-10);
        Assert.Equal(1, test.Exact / 0.11034354370414343, 1e-10);
        ComparisonTest better = pair.Superior(Metric.Accuracy, confidence: 0.975);
        Assert.Equal(1, better.Lower!.Value / -0.002290680445024876, 1e-10);
        Assert.Equal(1, better.Upper!.Value / 0.02390930572218674, 1e-10);
        Assert.Equal((Verdict.Inconclusive, "Agresti-Min"), (better.Verdict, better.Method));
        Assert.Equal(NormalDistribution.Survival(0.01080931263858093 / 0.006683792756875576), better.PValue, 1e-10);
    }

    [Fact]
    public void DeLong_IsThatOfStatistics_AndItsBoundsAreThoseOfTheTest()
    {
        ModelComparison pair = ModelComparison.Of(Set, Weaker);
        AreaComparison area = pair.DeLong();
        ComparisonTest test = pair.NonInferior(Metric.AreaUnderRoc, 0.01);
        Assert.Equal(area.Difference, test.Difference.Value, 1e-12);
        Assert.Equal(area.DifferenceInterval(0.9).Lower, test.Lower!.Value, 1e-12);
        Assert.Equal(NormalDistribution.Survival((area.Difference + 0.01) / area.StandardError), test.PValue, 1e-12);
        Assert.Throws<InvalidOperationException>(() => ModelComparison.Of(Set, Baseline.FromDecisions(new bool[800])).DeLong());
    }

    [Theory]
    [InlineData("Accuracy", "Agresti-Min")]
    [InlineData("AreaUnderRoc", "paired DeLong")]
    [InlineData("Brier", "paired t")]
    [InlineData("F1", "paired BCa bootstrap")]
    [InlineData("Precision", "paired BCa bootstrap")]
    [InlineData("ExpectedCalibrationError", "paired BCa bootstrap")]
    [InlineData("AveragePrecision", "paired BCa bootstrap")]
    public void EveryMetric_HasBoundsAndTests_OrientedTheSameWay(string name, string method)
    {
        Metric metric = Metric.Named(name);
        ModelComparison pair = ModelComparison.Of(Set, Weaker, replicates: 400), mirrored = ModelComparison.Of(Set, Weaker, Baseline.FromScores(Set.Scores), replicates: 400);
        ComparisonTest test = pair.NonInferior(metric, 0.01), other = mirrored.NonInferior(metric, 0.01);
        Assert.Equal(method, test.Method);
        Assert.Equal(-test.Difference.Value, other.Difference.Value, 1e-12);
        Assert.Equal(-test.Lower!.Value, other.Upper!.Value, method.Contains("BCa", StringComparison.Ordinal) ? 0.02 : 1e-9);
        double better = metric.Direction == Direction.LowerIsBetter ? test.Second.Value - test.First.Value : test.First.Value - test.Second.Value;
        Assert.Equal(better, test.Difference.Value, 1e-12);
        Assert.True(test.Lower < test.Difference.Value && test.Difference.Value < test.Upper);

        // The p-value crosses the level where the bound crosses the margin.
        Assert.Equal(test.Lower >= -0.01, test.PValue <= 0.05);
        Assert.True(pair.NonInferior(metric, Math.Max(0, 0.002 - test.Lower!.Value)).PValue <= 0.05);
        Assert.Equal(test, pair.NonInferior(metric, 0.01));
    }

    [Fact]
    public void ThePairedBootstrap_AgreesWithTheClosedForm()
    {
        ModelComparison plain = ModelComparison.Of(Set, Weaker);
        ComparisonTest closed = plain.Superior(Metric.Accuracy);
        double[] ones = new double[Set.Count];
        Array.Fill(ones, 1);
        ComparisonTest weighted = ModelComparison.Of(Set.WithWeights(ones), Weaker).Superior(Metric.Accuracy);
        PairedEstimate cells = PairedBootstrap.Of(Metric.Accuracy, plain.Candidate, plain.Champion, PairedScale.Difference, closed.Difference, 2000, 5);
        Assert.Equal("paired BCa bootstrap", weighted.Method);
        Assert.Equal(closed.Lower!.Value, weighted.Lower!.Value, 0.004);
        Assert.Equal(closed.Lower!.Value, cells.At(0.95).Lower, 0.004);
        Assert.Equal(closed.Upper!.Value, cells.At(0.95).Upper, 0.004);
        Assert.Equal(closed.PValue, cells.PValueAbove(0), 0.02);
        Assert.Equal(1 - closed.PValue, cells.PValueBelow(0), 0.02);
    }

    [Fact]
    public void TheSameModel_IsEquivalent_AndNotBetter()
    {
        ModelComparison pair = ModelComparison.Of(Set, Same);
        foreach (Metric metric in new[] { Metric.Accuracy, Metric.F1, Metric.Brier, Metric.AreaUnderRoc, Metric.AveragePrecision })
        {
            Assert.Equal(Verdict.Pass, pair.Equivalent(metric, 0.02).Verdict);
            Assert.Equal(Verdict.Pass, pair.NonInferior(metric, 0.02).Verdict);
            Assert.NotEqual(Verdict.Pass, pair.Superior(metric, 0.001).Verdict);
        }
    }

    [Fact]
    public void Equivalence_NeedsBothSides()
    {
        ModelComparison pair = ModelComparison.Of(Set, Weaker);
        ComparisonTest test = pair.Equivalent(Metric.AreaUnderRoc, 0.2);
        Assert.Equal(Verdict.Pass, test.Verdict);
        Assert.True(test.PValue <= 0.05);
        ComparisonTest narrow = pair.Equivalent(Metric.AreaUnderRoc, test.Upper!.Value - 0.001);
        Assert.Equal(Verdict.Inconclusive, narrow.Verdict);
        Assert.True(narrow.PValue > 0.05 && narrow.NeededRows > 0);
        Assert.Equal(Verdict.Fail, pair.Equivalent(Metric.AreaUnderRoc, Math.Max(1e-6, test.Lower!.Value - 0.005)).Verdict);
    }

    [Fact]
    public void Families_AreAdjustedByHolmOrBenjaminiHochberg()
    {
        ComparisonTest one = ModelComparison.Of(Set, Weaker).NonInferior(Metric.Accuracy, 0.5);
        double[] plain = [.01, .04, .03, .005];
        ComparisonTest[] family = [.. plain.Select(p => one with { PValue = p, Verdict = Verdict.Pass })];
        IReadOnlyList<ComparisonTest> holm = ComparisonTest.Adjust(family), hochberg = ComparisonTest.Adjust(family, Correction.BenjaminiHochberg);
        Assert.All(holm.Zip([.03, .06, .06, .02]), p => Assert.Equal(1, p.First.AdjustedPValue!.Value / p.Second, 1e-10));
        Assert.All(hochberg.Zip([.02, .04, .04, .02]), p => Assert.Equal(1, p.First.AdjustedPValue!.Value / p.Second, 1e-10));
        Assert.Equal([Verdict.Pass, Verdict.Inconclusive, Verdict.Inconclusive, Verdict.Pass], holm.Select(t => t.Verdict));
        Assert.All(hochberg, t => Assert.Equal(Verdict.Pass, t.Verdict));
    }

    [Fact]
    public void BadInput_IsToldInOneMessage()
    {
        Assert.Contains("799", Assert.Throws<ArgumentException>(() => ModelComparison.Of(Set, Baseline.FromDecisions(new bool[799]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ModelComparison.Of(Set, Baseline.FromValues([new(Metric.Accuracy, 0.9)])));
        ModelComparison pair = ModelComparison.Of(Set, Weaker);
        Assert.Throws<ArgumentException>(() => pair.Superior(Metric.SelectionRate));
        Assert.Throws<ArgumentException>(() => pair.Equivalent(Metric.BaseRate, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.NonInferior(Metric.Accuracy, -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.NonInferior(Metric.Accuracy, 0.1, 0.4));
        Assert.Equal(Verdict.Pass, pair.Equivalent(Metric.SelectionRate, 0.5).Verdict);
    }

    [Fact]
    public void UndefinedMetrics_DoNotPass()
    {
        EvaluationSet noPositives = EvaluationSet.Of(new bool[60], new bool[60]);
        ComparisonTest test = ModelComparison.Of(noPositives, Baseline.FromDecisions(new bool[60])).NonInferior(Metric.TruePositiveRate, 1);
        Assert.Equal((Verdict.Fail, UndefinedReason.NoPositives, 1.0), (test.Verdict, test.Difference.Reason, test.PValue));
        Assert.Contains("Fail", test.ToString(), StringComparison.Ordinal);
    }
}
