using FsCheck.Xunit;

namespace Lifecycle.Validation.Tests.Metrics;

public class RegressionTests
{
    private static readonly Metric[] OverRows =
    [
        Metric.MeanAbsoluteError, Metric.MeanSquaredError, Metric.RootMeanSquaredError, Metric.RSquared, Metric.MeanResidual, Metric.MedianAbsoluteError,
        Metric.MeanPrediction, Metric.MeanLabel,
    ];

    private static EvaluationSet Line(int rows, double noise)
    {
        Statistics.RandomStream random = new(5);
        double[] y = [.. Enumerable.Range(0, rows).Select(i => i / 10.0)];
        return EvaluationSet.Of(y, (double[])[.. y.Select(v => v + noise * random.NextGaussian())]);
    }

    private static double? Naive(string name, double[] y, double[] p)
    {
        double[] errors = [.. p.Zip(y, (a, b) => a - b)], sorted = [.. errors.Select(Math.Abs).Order()];
        double spread = y.Sum(v => (v - y.Average()) * (v - y.Average()));
        return name switch
        {
            "MeanAbsoluteError" => errors.Average(Math.Abs),
            "MeanSquaredError" => errors.Average(e => e * e),
            "RootMeanSquaredError" => Math.Sqrt(errors.Average(e => e * e)),
            "RSquared" => y.Distinct().Count() == 1 ? null : 1 - errors.Sum(e => e * e) / spread,
            "MeanResidual" => errors.Average(),
            "MedianAbsoluteError" => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2,
            "MeanPrediction" => p.Average(),
            "MeanLabel" => y.Average(),
            _ => throw new InvalidOperationException(name),
        };
    }

    [Property(MaxTest = 200)]
    public void EqualNaiveOnes((sbyte Y, sbyte P)[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        double[] y = [.. rows.Select(r => r.Y / 8.0)], p = [.. rows.Select(r => r.P / 8.0)];
        foreach (Metric metric in OverRows)
        {
            double? expected = Naive(metric.Name, y, p);
            MetricValue found = metric.Compute(EvaluationSet.Of(y, p));
            Assert.Equal(expected is not null, found.IsDefined);
            Assert.True(expected is null || Math.Abs(expected.Value - found.Value) < 1e-9, $"{metric}: {expected} {found}");
            Assert.True(expected is not null || found.Reason == UndefinedReason.ZeroVariance);
        }
    }

    [Property(MaxTest = 100)]
    public void WholeWeights_AreRepeatedRows((sbyte Y, sbyte P, byte W)[] rows)
    {
        (double Y, double P, int W)[] weighted = [.. rows.Select(r => (r.Y / 8.0, r.P / 8.0, r.W % 4))];
        if (weighted.Sum(r => r.W) == 0)
        {
            return;
        }

        EvaluationSet light = EvaluationSet.Of([.. weighted.Select(r => r.Y)], (double[])[.. weighted.Select(r => r.P)]).WithWeights([.. weighted.Select(r => (double)r.W)]);
        (double Y, double P, int)[] repeated = [.. weighted.SelectMany(r => Enumerable.Repeat(r, r.W))];
        EvaluationSet heavy = EvaluationSet.Of([.. repeated.Select(r => r.Y)], (double[])[.. repeated.Select(r => r.P)]);
        foreach (Metric metric in OverRows)
        {
            MetricValue a = metric.Compute(light), b = metric.Compute(heavy);
            Assert.True(a.IsDefined == b.IsDefined && (!a.IsDefined || Math.Abs(a.Value - b.Value) < 1e-9), $"{metric.Name}: {a} against {b}");
        }
    }

    [Property(MaxTest = 100)]
    public void PredictionDistance_IsTheAreaBetweenTheTwoDistributions((sbyte P, bool G)[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        double[] p = [.. rows.Select(r => (double)r.P)];
        GroupMetrics groups = GroupMetrics.Compute(EvaluationSet.Of(p, p).Attribute("g", rows.Select(r => r.G ? "a" : "b")), "g");
        double[] a = [.. rows.Where(r => r.G).Select(r => (double)r.P)], b = [.. rows.Where(r => !r.G).Select(r => (double)r.P)];
        foreach (GroupResult group in groups.Groups)
        {
            MetricValue found = group[Metric.PredictionDistance];
            Assert.Equal(a.Length > 0 && b.Length > 0, found.IsDefined);
            if (found.IsDefined)
            {
                double naive = Enumerable.Range(-128, 256).Sum(x => Math.Abs(a.Count(v => v <= x) / (double)a.Length - b.Count(v => v <= x) / (double)b.Length));
                Assert.Equal(naive, found.Value, 1e-9);
            }
        }

        Assert.Equal(UndefinedReason.MissingMetric, groups.Overall[Metric.PredictionDistance].Reason);
    }

    [Fact]
    public void Means_TakeStudentsT_OthersTheBootstrap()
    {
        EvaluationSet set = Line(300, 2);
        foreach (Metric metric in OverRows)
        {
            MetricInterval found = MetricInterval.Of(metric, set, 0.95, 500, 1);
            bool isMean = metric.IntervalMethod == IntervalMethod.StudentT || metric == Metric.MeanPrediction || metric == Metric.MeanLabel;
            Assert.Equal(isMean ? "Student t" : "BCa bootstrap", found.Method);
            Assert.True(found.Lower < found.Value.Value && found.Value.Value < found.Upper, $"{metric} {found}");
        }
    }

    [Theory]
    [InlineData("MeanAbsoluteError", 3, Verdict.Pass)]
    [InlineData("RootMeanSquaredError", 0.5, Verdict.Fail)]
    [InlineData("MedianAbsoluteError", 3, Verdict.Pass)]
    public async Task InAGate(string metric, double limit, Verdict expected) =>
        Assert.Equal(expected, (await Gate.For("g").Require(Metric.Named(metric), atMost: limit).EvaluateAsync(Line(300, 2))).Verdict);

    [Fact]
    public async Task BinaryMetrics_AreMissing_WithAdvice_AndNothingPasses()
    {
        EvaluationSet set = Line(100, 1).Attribute("g", Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? "a" : "b"));
        GateReport report = await Gate.For("g")
            .Require(Metric.Accuracy, atLeast: 0)
            .Require(Metric.AreaUnderRoc, atLeast: 0)
            .RequireFair("g", FairnessMetric.DemographicParityDifference, 1)
            .RequireFair("g", FairnessMetric.EqualizedOddsDifference, 1, Confidence.None)
            .RequireNotWorse(Metric.ErrorRate, 1)
            .EvaluateAsync(set, baseline: Baseline.FromDecisions(new bool[100]));
        Assert.All(report.Findings, f => Assert.Equal((Verdict.Fail, UndefinedReason.MissingMetric, ExitCode.Missing), (f.Verdict, f.Value!.Value.Reason, f.ExitCode)));
        Assert.Contains("numbers", report.Findings[0].Message, StringComparison.Ordinal);
        Assert.Contains("true or false", report.Findings[2].Message, StringComparison.Ordinal);
        Assert.Throws<EvaluationKindException>(() => set.Labels.Length);
        Assert.Throws<EvaluationKindException>(() => ConfusionCounts.Of(set));
        Assert.Throws<EvaluationKindException>(() => set.WithPredictions(new bool[100]));
    }

    [Fact]
    public async Task NumberMetrics_OfABinarySet_AreMissing()
    {
        GateReport report = await Gate.For("g").Require(Metric.RSquared, atLeast: 0).EvaluateAsync(Compas.RaceAndSex);
        Assert.Equal(UndefinedReason.MissingMetric, report.Findings[0].Value!.Value.Reason);
        Assert.Equal(Metric.SelectionRate.Compute(Compas.RaceAndSex).Value, Metric.MeanPrediction.Compute(Compas.RaceAndSex).Value);
        Assert.Equal(Metric.BaseRate.Compute(Compas.RaceAndSex).Value, Metric.MeanLabel.Compute(Compas.RaceAndSex).Value);
        Assert.Equal("Wilson", MetricInterval.Of(Metric.MeanPrediction, Compas.RaceAndSex, 0.95, 500, 1).Method);
        Assert.Throws<EvaluationKindException>(() => Compas.RaceAndSex.NumberLabels.Length);
    }

    [Fact]
    public void ByGroup_AndMissingLabels()
    {
        EvaluationSet set = EvaluationSet.Of([1.0, 2, double.NaN, 4], [1.5, 2, 3, 6]).Attribute("g", ["a", "a", "a", "b"]);
        Assert.Contains("1 of 4", Assert.Throws<InvalidOperationException>(() => Metric.MeanResidual.Compute(set)).Message, StringComparison.Ordinal);
        GroupMetrics groups = GroupMetrics.Compute(set.DropUnlabelled(), "g");
        Assert.Equal((0.25, 2), (groups["a"][Metric.MeanResidual].Value, groups["b"][Metric.MeanResidual].Value));
        Assert.Equal(1.75, groups.Difference(Metric.MeanResidual).Value);
        Assert.Equal(UndefinedReason.ZeroVariance, groups["b"][Metric.RSquared].Reason);
        Assert.Contains("row 1", Assert.Throws<ArgumentException>(() => EvaluationSet.Of([1.0, double.PositiveInfinity], [1.0, 2])).Message, StringComparison.Ordinal);
        Assert.Contains("row 0", Assert.Throws<ArgumentException>(() => EvaluationSet.Of([1.0, 2], [double.NaN, 2])).Message, StringComparison.Ordinal);
        ColumnBatch batch = new([BatchColumn.Of<float>("y", new[] { 1f, 2f }), BatchColumn.Of<double>("p", new[] { 1.5, 2.5 })]);
        Assert.Equal(0.5, Metric.MeanResidual.Compute(EvaluationSet.FromNumbers(batch, "y", "p")).Value);
        Assert.Equal(1, EvaluationSet.FromNumbers<double?>([1, null, 3], r => r, r => r ?? 2).UnlabelledCount);
        Assert.Throws<ArgumentException>(() => GroupShrinkage.Of(GroupMetrics.Compute(set.DropUnlabelled(), "g"), Metric.MeanPrediction));
        Assert.Equal(0.5, Metric.MeanAbsoluteError.Compute(EvaluationSet.Of([1f, 2f], [1.5f, 2.5f])).Value);
    }

    [Fact]
    public async Task AnotherModel_AndGroups_AreComparedWithBounds()
    {
        EvaluationSet good = Line(400, 1), bad = Line(400, 4);
        EvaluationSet set = good.Attribute("g", Enumerable.Range(0, 400).Select(i => i % 2 == 0 ? "a" : "b"));
        Baseline other = Baseline.FromScores(bad.NumberPredictions);
        EvaluationContext quick = new() { Options = new ValidationOptions { Replicates = 200 } };
        GateReport report = await Gate.For("g")
            .RequireBetter(Metric.MeanAbsoluteError, 1)
            .RequireBetter(Metric.RootMeanSquaredError, 1)
            .RequireNotWorse(Metric.RSquared, 0.01)
            .RequireFair("g", FairnessMetric.DifferenceOf(Metric.MeanAbsoluteError), 0.5)
            .RequireFair("g", FairnessMetric.DifferenceOf(Metric.MeanPrediction), 3)
            .EvaluateAsync(set, null, baseline: other, context: quick);
        Assert.All(report.Findings, f => Assert.Equal(Verdict.Pass, f.Verdict));
        Assert.Equal(["paired t", "paired BCa bootstrap", "paired BCa bootstrap"], report.Findings.Take(3).Select(f => f.Method));
        double gap = Math.Abs(GroupMetrics.Compute(set, "g")["a"][Metric.MeanPrediction].Value - GroupMetrics.Compute(set, "g")["b"][Metric.MeanPrediction].Value);
        Assert.Equal(gap, report.Findings[4].Value!.Value.Value, 1e-12);
        Assert.True(gap > 0 && report.Findings[4].Upper > gap);
        Finding decisions = (await Gate.For("g").RequireNotWorse(Metric.MeanAbsoluteError, 100).EvaluateAsync(set, baseline: Baseline.FromDecisions(new bool[400]))).Findings[0];
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingMetric), (decisions.Verdict, decisions.Value!.Value.Reason));
        Assert.NotEqual(Verdict.Pass, (await Gate.For("g").RequireBetter(Metric.MeanAbsoluteError, 0.001).EvaluateAsync(set, baseline: Baseline.FromScores(good.NumberPredictions))).Verdict);
    }

    [Fact]
    public void Intervals_ByGroup_AreOfTheNumbers_NotOfCounts()
    {
        EvaluationSet set = Line(200, 1).Attribute("g", Enumerable.Range(0, 200).Select(i => i < 100 ? "a" : "b"));
        GroupMetrics groups = GroupMetrics.Compute(set, "g");
        IReadOnlyList<GroupIntervals> found = groups.Intervals([Metric.MeanPrediction, Metric.RSquared, Metric.Precision], new BootstrapOptions { Replicates = 200 });
        Assert.Equal(groups["b"][Metric.MeanPrediction].Value, found[0].Groups.Single(g => g.Key == "b").Value.Value.Value);
        Assert.False(found[2].Overall.Value.IsDefined);
        BootstrapFigure mean = Metric.MeanPrediction.Bootstrap(set, new BootstrapOptions { Replicates = 200 });
        Assert.True(mean.Lower < groups.Overall[Metric.MeanPrediction].Value && groups.Overall[Metric.MeanPrediction].Value < mean.Upper);
    }
}
