using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Validation.Tests.Metrics;

public class MetricTests
{
    [Fact]
    public void Compas_Overall()
    {
        EvaluationSet set = Compas.RaceAndSex;
        Assert.Equal(0.6537288605489326, Metric.Accuracy.Compute(set).Value, 1e-15);
        Assert.Equal(0.4598003881341836, Metric.SelectionRate.Compute(set).Value, 1e-15);
        Assert.Equal(0.6259612426945556, Metric.TruePositiveRate.Compute(set).Value, 1e-15);
        Assert.Equal(0.3234923038102447, Metric.FalsePositiveRate.Compute(set).Value, 1e-15);
        Assert.Equal(0.6135061802833887, Metric.Precision.Compute(set).Value, 1e-15);
        Assert.Equal(0.30196969825261466, Metric.MatthewsCorrelation.Compute(set).Value, 1e-14);
        Assert.Equal(0.30191833106599575, Metric.CohenKappa.Compute(set).Value, 1e-14);
    }

    [Fact]
    public void Compas_Scores()
    {
        EvaluationSet set = Compas.Scores;
        Assert.Equal(ConfusionCounts.Of(Compas.RaceAndSex), ConfusionCounts.Of(set));
        Assert.Equal(0.7021662544019726, Metric.AreaUnderRoc.Compute(set).Value, 1e-14);
        Assert.Equal(0.6283740292169139, Metric.AveragePrecision.Compute(set).Value, 1e-14);
        Assert.Equal(0.23193443304685332, Metric.Brier.Compute(set).Value, 1e-14);
        Assert.Equal(0.6889341761104213, Metric.LogLoss.Compute(set).Value, 1e-13);
        Assert.Equal(0.10887163848073189, Metric.ExpectedCalibrationError.Compute(set).Value, 1e-13);
        Assert.Equal(0.17715404699738913, Metric.MaximumCalibrationError.Compute(set).Value, 1e-13);
    }

    [Fact]
    public void All_HaveDifferentNames_AndAreFoundByThem()
    {
        Assert.True(Metric.All.Count >= 46);
        Assert.Equal(48, Metric.All.Select(m => m.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(Metric.All, m => Assert.Same(m, Metric.Named(m.Name)));
        Assert.Contains("AreaUnderRoc", Assert.Throws<ArgumentException>(() => Metric.Named("Auc")).Message, StringComparison.Ordinal);
    }

    private static double? Naive(string name, (bool Y, bool P)[] rows)
    {
        double n = rows.Length, tp = rows.Count(r => r.Y && r.P), fp = rows.Count(r => !r.Y && r.P), fn = rows.Count(r => r.Y && !r.P), tn = rows.Count(r => !r.Y && !r.P);
        double? Over(double a, double b) => b == 0 ? null : a / b;
        double? tpr = Over(tp, tp + fn), fpr = Over(fp, fp + tn);
        double po = (tp + tn) / n, pe = ((tp + fn) * (tp + fp) + (tn + fp) * (tn + fn)) / (n * n);
        return name switch
        {
            "Count" => n,
            "BaseRate" or "MeanLabel" => Over(tp + fn, n),
            "SelectionRate" => Over(tp + fp, n),
            "PredictedPositiveShare" => Over(tp + fp, tp + fp),
            "Accuracy" => Over(tp + tn, n),
            "ErrorRate" => Over(fp + fn, n),
            "TruePositiveRate" => tpr,
            "FalseNegativeRate" => 1 - tpr,
            "TrueNegativeRate" => 1 - fpr,
            "FalsePositiveRate" => fpr,
            "Precision" => Over(tp, tp + fp),
            "FalseDiscoveryRate" => Over(fp, tp + fp),
            "NegativePredictiveValue" => Over(tn, tn + fn),
            "FalseOmissionRate" => Over(fn, tn + fn),
            "F1" => Over(2 * tp, 2 * tp + fp + fn),
            "BalancedAccuracy" => (tpr + 1 - fpr) / 2,
            "MatthewsCorrelation" => Over(tp * tn - fp * fn, Math.Sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))),
            "CohenKappa" => pe == 1 ? null : (po - pe) / (1 - pe),
            "Informedness" => tpr - fpr,
            "PositiveLikelihoodRatio" => fpr == 0 ? null : tpr / fpr,
            "MeanPrediction" => (tp + fp) / n,
            "MicroF1" => (tp + tn) / n,
            "MacroF1" => Means(Over(2 * tp, 2 * tp + fp + fn), Over(2 * tn, 2 * tn + fp + fn)),
            "WeightedF1" => ((tp + fn > 0 ? (tp + fn) * 2 * tp / (2 * tp + fp + fn) : 0) + (tn + fp > 0 ? (tn + fp) * 2 * tn / (2 * tn + fp + fn) : 0)) / n,
            "MacroPrecision" => Mean((tp + fn + fp, Over(tp, tp + fp)), (tn + fn + fp, Over(tn, tn + fn))),
            "MacroRecall" => Mean((tp + fn + fp, tpr), (tn + fn + fp, 1 - fpr)),
            "Theil" => Entropy(rows, b => b == 0 ? 0 : b * Math.Log(b)),
            "CoefficientOfVariation" => Entropy(rows, b => (b * b - 1) / 2) is { } ge ? Math.Sqrt(2 * ge) : null,
            _ => throw new InvalidOperationException(name),
        };
    }

    private static double? Means(params double?[] values) => values.OfType<double>().DefaultIfEmpty(double.NaN).Average();

    /// <summary>Mean over the classes that are there; null when one of them has no value.</summary>
    private static double? Mean(params (double Rows, double? Value)[] classes) =>
        classes.Where(c => c.Rows > 0).Any(c => c.Value is null) ? null : classes.Where(c => c.Rows > 0).Average(c => c.Value);

    private static double? Entropy((bool Y, bool P)[] rows, Func<double, double> term)
    {
        double[] benefits = [.. rows.Select(r => (r.P ? 1.0 : 0) - (r.Y ? 1 : 0) + 1)];
        return benefits.Average() == 0 ? null : Math.Max(0, benefits.Average(b => term(b / benefits.Average())));
    }

    [Property(MaxTest = 300)]
    public void CountMetrics_EqualNaiveOnes((bool Y, bool P)[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        EvaluationSet set = EvaluationSet.Of([.. rows.Select(r => r.Y)], (bool[])[.. rows.Select(r => r.P)]);
        Metric[] counted = [.. Metric.All.Where(m => m.OfCounts is not null || m == Metric.PredictedPositiveShare)];
        Assert.Equal(29, counted.Length);
        foreach (Metric metric in counted)
        {
            double? expected = Naive(metric.Name, rows);
            MetricValue found = metric.Compute(set);
            Assert.True(expected is null == !found.IsDefined, metric.Name);
            Assert.True(expected is null || Math.Abs(expected.Value - found.Value) < 1e-12, $"{metric.Name}: {expected} against {found}");
        }
    }

    [Property(MaxTest = 150)]
    public void EveryMetric_StaysInItsRange((bool Y, byte S, sbyte T, byte C)[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        EvaluationSet[] sets =
        [
            EvaluationSet.Of([.. rows.Select(r => r.Y)], (double[])[.. rows.Select(r => r.S / 255.0)]),
            EvaluationSet.Of([.. rows.Select(r => (double)r.T)], (double[])[.. rows.Select(r => (double)r.S)]),
            EvaluationSet.Of([.. rows.Select(r => $"{r.C % 4}")], (string[])[.. rows.Select(r => $"{r.S % 4}")], classes: ["0", "1", "2", "3"]),
        ];
        foreach (EvaluationSet set in sets)
        {
            GroupMetrics groups = GroupMetrics.Compute(set.Attribute("g", rows.Select(r => r.C % 2 == 0 ? "a" : "b")), "g");
            foreach (Metric metric in Metric.All)
            {
                foreach (MetricValue value in groups.Groups.Select(g => g[metric]).Append(groups.Overall[metric]))
                {
                    Assert.True(!value.IsDefined || (metric.IsFor(set.Kind) && value.Value >= metric.Minimum - 1e-12 && value.Value <= metric.Maximum + 1e-12), $"{metric} of {set.Kind}: {value}");
                }
            }
        }

        Assert.All(Metric.All, m => Assert.True(m.IsOfGroups == (m.IntervalMethod == IntervalMethod.None) && Enum.GetValues<EvaluationKind>().Any(m.IsFor), m.Name));
    }

    /// <summary>Every metric that rows have can be asked for in a gate, and its bounds lie around it.</summary>
    [Fact]
    public async Task EveryMetric_CanBeRequired()
    {
        EvaluationSet binary = Compas.Scores.Rows([.. Enumerable.Range(0, 7214).Where(i => i % 20 == 0)]);
        double[] y = [.. Enumerable.Range(0, 300).Select(i => i / 10.0)];
        EvaluationSet numbers = EvaluationSet.Of(y, (double[])[.. y.Select((v, i) => v + i % 7 - 3)]);
        int[] classes = [.. Enumerable.Range(0, 300).Select(i => i % 3)];
        EvaluationSet several = EvaluationSet.Of(classes, (int[])[.. classes.Select((c, i) => i % 5 == 0 ? (c + 1) % 3 : c)]);
        EvaluationContext quick = new() { Options = new ValidationOptions { Replicates = 200 } };
        int judged = 0;
        foreach (EvaluationSet set in new[] { binary, numbers, several })
        {
            foreach (Metric metric in Metric.All.Where(m => m.IsFor(set.Kind) && !m.IsOfGroups && m != Metric.PredictedPositiveShare))
            {
                double low = double.IsFinite(metric.Minimum) ? metric.Minimum : -1e6, high = double.IsFinite(metric.Maximum) ? metric.Maximum : 1e6;
                Finding finding = (await Gate.For("g").Require(metric, between: (low, high)).EvaluateAsync(set, null, context: quick)).Findings[0];

                // Calibration errors are biased upwards, which BCa takes off, so their interval may lie below them.
                bool isAround = finding.Value!.Value.IsDefined && finding.Lower <= finding.Value.Value.Value && finding.Value.Value.Value <= finding.Upper;
                Assert.True(finding.Verdict == Verdict.Pass && finding.Lower <= finding.Upper && (isAround || metric.Name.EndsWith("CalibrationError", StringComparison.Ordinal)), $"{metric} of {set.Kind}: {finding.Message} {finding.Lower} {finding.Upper}");
                judged++;
            }
        }

        Assert.Equal(38 + 9 + 9, judged);
    }

    /// <summary>Bins of equal mass by sorting, each of them with as many rows as the next or one more.</summary>
    [Property(MaxTest = 100)]
    public void CalibrationOverBinsOfEqualMass_EqualsTheNaiveForm((bool Y, byte S)[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        const int Bins = 4;
        EvaluationSet set = EvaluationSet.Of([.. rows.Select(r => r.Y)], (double[])[.. rows.Select(r => r.S / 255.0)]);
        var sorted = rows.Select(r => (S: r.S / 255.0, Y: r.Y ? 1.0 : 0)).OrderBy(r => r.S).ToArray();
        var bins = sorted.Select((r, i) => (Bin: (long)i * Bins / sorted.Length, Row: r)).GroupBy(r => r.Bin, r => r.Row).ToArray();
        Assert.Equal(bins.Sum(b => Math.Abs(b.Sum(r => r.S - r.Y))) / rows.Length, Metric.ExpectedCalibrationErrorOver(Bins, equalMass: true).Compute(set).Value, 1e-12);
        Assert.Equal(bins.Max(b => Math.Abs(b.Average(r => r.S - r.Y))), Metric.MaximumCalibrationErrorOver(Bins, equalMass: true).Compute(set).Value, 1e-12);
        Assert.Equal(Metric.ExpectedCalibrationErrorOver(Bins, true).Compute(set).Value, Metric.ExpectedCalibrationErrorOver(Bins, true).Compute(set.WithWeights([.. rows.Select(_ => 0.5)])).Value, 1e-12);
        Assert.Equal(Metric.ExpectedCalibrationError.Name, Metric.ExpectedCalibrationErrorOver().Name);
    }

    [Property(MaxTest = 200)]
    public void ScoreMetrics_EqualNaiveOnes((bool Y, byte S)[] rows)
    {
        double[] scores = [.. rows.Select(r => r.S / 255.0)];
        bool[] labels = [.. rows.Select(r => r.Y)];
        int ones = labels.Count(y => y), zeros = labels.Length - ones;
        if (labels.Length == 0)
        {
            return;
        }

        EvaluationSet set = EvaluationSet.Of(labels, scores);
        MetricValue area = Metric.AreaUnderRoc.Compute(set);
        Assert.Equal(ones > 0 && zeros > 0, area.IsDefined);
        if (area.IsDefined)
        {
            double wins = (from i in Enumerable.Range(0, labels.Length) where labels[i] from j in Enumerable.Range(0, labels.Length) where !labels[j] select scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0).Sum();
            Assert.Equal(wins / ones / zeros, area.Value, 1e-12);
        }

        Assert.Equal(scores.Average(), Metric.MeanScore.Compute(set).Value, 1e-12);
        Assert.Equal(scores.Zip(labels, (s, y) => Math.Pow(s - (y ? 1 : 0), 2)).Average(), Metric.Brier.Compute(set).Value, 1e-12);
        MetricValue hits = Metric.GeneralizedTruePositiveRate.Compute(set);
        Assert.Equal(ones > 0, hits.IsDefined);
        Assert.True(!hits.IsDefined || Math.Abs(hits.Value - scores.Where((_, i) => labels[i]).Average()) < 1e-12);
        double[] sorted = [.. scores.Order()];
        double median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        Assert.Equal(scores.Count(s => s > median) / (double)scores.Length, Metric.ScoringRate.Compute(set).Value, 1e-12);
    }

    [Property(MaxTest = 100)]
    public void WholeWeights_AreRepeatedRows((bool Y, byte S, byte W)[] rows)
    {
        (bool Y, byte S, int W)[] weighted = [.. rows.Select(r => (r.Y, r.S, r.W % 4))];
        if (weighted.Sum(r => r.W) == 0)
        {
            return;
        }

        EvaluationSet light = EvaluationSet.Of([.. weighted.Select(r => r.Y)], (double[])[.. weighted.Select(r => r.S / 255.0)]).WithWeights([.. weighted.Select(r => (double)r.W)]);
        var repeated = weighted.SelectMany(r => Enumerable.Repeat(r, r.W)).ToArray();
        EvaluationSet heavy = EvaluationSet.Of([.. repeated.Select(r => r.Y)], (double[])[.. repeated.Select(r => r.S / 255.0)]);
        foreach (Metric metric in Metric.All.Where(m => m != Metric.ScoringRate))
        {
            MetricValue a = metric.Compute(light), b = metric.Compute(heavy);
            Assert.True(a.IsDefined == b.IsDefined && (!a.IsDefined || Math.Abs(a.Value - b.Value) < 1e-9), $"{metric.Name}: {a} against {b}");
        }
    }

    [Fact]
    public void ProbabilityMetrics_RefuseOtherScores()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Metric.Brier.Compute(EvaluationSet.Of([true, false, true], [0.5, 1.5, -2])));
        Assert.Contains("2 of 3", error.Message, StringComparison.Ordinal);
        Assert.Contains("row 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LogLoss_OfCertainMistakes_IsFinite() =>
        Assert.Equal(52 * Math.Log(2), Metric.LogLoss.Compute(EvaluationSet.Of([true], [0.0])).Value, 1e-9);

    [Fact]
    public void WithoutScores_ScoreMetricsAreMissing() =>
        Assert.All(Metric.All.Where(m => m.NeedsScores), m => Assert.Equal(UndefinedReason.MissingMetric, m.Compute(Compas.RaceAndSex).Reason));

    [Fact]
    public void AnUndefinedValue_SaysWhy()
    {
        MetricValue value = Metric.Precision.Compute(EvaluationSet.Of([true, false], (bool[])[false, false]));
        Assert.Equal(UndefinedReason.NoPredictedPositives, value.Reason);
        Assert.Equal(0, value.Denominator);
        Assert.Contains("NoPredictedPositives", Assert.Throws<UndefinedMetricException>(() => value.Value).Message, StringComparison.Ordinal);
        Assert.False(default(MetricValue).IsDefined);
        Assert.False(MetricValue.Of(double.NaN).IsDefined);
    }

    [Fact]
    public void CustomMetric_ThatGivesNaN_IsUndefined()
    {
        Metric odd = Metric.Custom("odd", Direction.HigherIsBetter, _ => double.NaN);
        Assert.Equal(UndefinedReason.NonFinite, odd.Compute(Compas.Scores).Reason);
        Metric rows = Metric.Custom("rows", Direction.HigherIsBetter, s => s.Count);
        Assert.Equal(1395, GroupMetrics.Compute(Compas.RaceAndSex, "sex", rows)["Female"][rows].Value);
    }
}
