using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

public sealed class EstimatorTests
{
    private static readonly double[] Squares = [.. LogisticRows.Uniform(7, 1000).Select(u => u * u)];

    private static readonly PerformanceMetric[] All =
    [
        PerformanceMetric.AreaUnderRoc, PerformanceMetric.AveragePrecision, PerformanceMetric.Accuracy, PerformanceMetric.Precision, PerformanceMetric.Recall,
        PerformanceMetric.Specificity, PerformanceMetric.F1, PerformanceMetric.BusinessValue(100, -20, 1, -50),
    ];

    [Fact]
    public void Constants_of_the_reference_are_met()
    {
        // p = s = u², predicted from .5 on.
        Equal(203.9124186590799, Cells(1, 0, 0, 0));
        Equal(73.08758134092008, Cells(0, 1, 0, 0));
        Equal(606.5055400887163, Cells(0, 0, 1, 0));
        Equal(116.49445991128366, Cells(0, 0, 0, 1));
        Equal(.8104179587477962, Value(PerformanceMetric.Accuracy));
        Equal(.6826584225044633, Value(PerformanceMetric.F1));
        Equal(.8924539124422444, Value(PerformanceMetric.Specificity));
        Equal(.8763559943835699, Value(PerformanceMetric.AreaUnderRoc));
        Equal(.8763559906023538, AsNannyML(PerformanceMetric.AreaUnderRoc));
        Equal(.779115291335249, AsNannyML(PerformanceMetric.AveragePrecision));
        Assert.Equal(.779115291335249, Value(PerformanceMetric.AveragePrecision), 1e-6);

        PerformanceEstimator estimator = PerformanceEstimator.Fit(Squares, new bool[1000], q => q.Calibrate(CalibrationMethod.None));
        Equal(.8763559943835699, estimator.Estimate(PerformanceMetric.AreaUnderRoc, Squares).Value);
        Equal(.6826584225044633, estimator.Estimate(PerformanceMetric.F1, Squares, withInterval: false).Value);

        static double Cells(double tp, double fp, double tn, double fn) => Value(PerformanceMetric.BusinessValue(tp, fp, tn, fn));
        static double Value(PerformanceMetric metric) => PerformanceEstimator.Evaluate(metric, Squares, Squares).Value;
        static double AsNannyML(PerformanceMetric metric) => PerformanceEstimator.EvaluateAsNannyML(metric, Squares, Squares).Value;
        static void Equal(double expected, double actual) => Assert.Equal(expected, actual, 1e-9 * Math.Max(1, expected));
    }

    [Fact]
    public void Auc_is_invariant_to_row_order()
    {
        RandomStream random = new(5);
        double[] scores = [.. Enumerable.Range(0, 400).Select(_ => random.NextBelow(12) / 12.0)], probabilities = [.. scores.Select(_ => random.NextDouble())];
        int[] order = [.. Enumerable.Range(0, 400)];
        HashSet<double> theirs = [];
        double[] ours = [.. All.Select(m => PerformanceEstimator.Evaluate(m, scores, probabilities).Value)];
        for (int round = 0; round < 20; round++)
        {
            random.Shuffle<int>(order);
            double[] s = [.. order.Select(i => scores[i])], p = [.. order.Select(i => probabilities[i])];
            Assert.Equal(ours, All.Select(m => PerformanceEstimator.Evaluate(m, s, p).Value));
            theirs.Add(Math.Round(PerformanceEstimator.EvaluateAsNannyML(PerformanceMetric.AreaUnderRoc, s, p).Value, 4));
        }

        Assert.True(theirs.Count > 1);
        bool[] labels = [.. probabilities.Select(p => p > .5)];
        Assert.Equal(RankCurves.AreaUnderRoc(scores, labels), PerformanceEstimator.Measure(All[0], scores, [], labels).Value, 1e-12);
        Assert.Equal(RankCurves.AveragePrecision(scores, labels), PerformanceEstimator.Measure(All[1], scores, [], labels).Value, 1e-12);
    }

    [Fact]
    public void Failures_are_reported_with_their_cause()
    {
        Says("Row 2 of the scores of the reference is 1.5", () => PerformanceEstimator.Fit([.1, .2, 1.5], [true, false, true]));
        Says("Row 1 of the labels is 2", () => PerformanceEstimator.Fit([.1, .2], [0.0, 2.0]));
        Says("no rows", () => PerformanceEstimator.Fit([], Array.Empty<bool>()));
        Says("2 scores, 3 labels", () => PerformanceEstimator.Fit([.1, .2], [true, false, true]));
        LogisticRows rows = LogisticRows.Draw(400, 1, 0);
        PerformanceEstimator estimator = PerformanceEstimator.Fit(rows.Scores, rows.Labels, q => q.Metrics(All));
        Says("Row 0 of the scores is NaN", () => estimator.Estimate([double.NaN]));
        Says("was not asked for", () => PerformanceEstimator.Fit(rows.Scores, rows.Labels).Reference(PerformanceMetric.F1));
        Assert.All(estimator.Estimate([]), e => Assert.Equal("there are no rows", e.NotDefined));
        bool[] negative = new bool[400];
        MetricEstimate area = PerformanceEstimator.Measure(PerformanceMetric.AreaUnderRoc, rows.Scores, rows.Predicted, negative);
        Assert.Equal("there is only one class: all 400 rows are negative", area.NotDefined);
        Assert.Equal(0, PerformanceEstimator.Measure(PerformanceMetric.Precision, rows.Scores, rows.Predicted, negative).Value);
        PerformanceEstimator oneClass = PerformanceEstimator.Fit(rows.Scores, negative);
        Assert.False(oneClass.Reference(PerformanceMetric.AreaUnderRoc).IsDefined);
        Assert.Equal(CalibrationMethod.None, oneClass.Calibration.Method);
        Assert.Equal(0.5, estimator.Estimate(PerformanceMetric.AreaUnderRoc, [.3, .3, .3]).Value);
        Says("Name at least one metric", () => new PerformanceOptions().Metrics());
        Says("[0, 1]", () => new PerformanceOptions().AtLeast(PerformanceMetric.F1, 2));
        Says("'f1', which is not measured", () => PerformanceEstimator.Fit(rows.Scores, rows.Labels, q => q.AtLeast(PerformanceMetric.F1, .5)));
        Says("Measured are auc", () => PerformanceEstimator.Fit(rows.Scores, rows.Labels, q => q.Metrics(PerformanceMetric.F1).AtLeast(PerformanceMetric.F1, .5).Metrics(PerformanceMetric.AreaUnderRoc)));
        Says("KeepOpen(1800)", () => PerformanceEstimator.Fit(rows.Scores, rows.Labels, q => q.EveryRows(900).KeepOpen(1000)));
        Says("none would ever be judged", () => PerformanceEstimator.Fit(rows.Scores, rows.Labels, q => q.AtLeast(600).KeepOpen(1000)));
        Says("AtLeast(50)", () => PerformanceEstimator.Fit(rows.Scores, rows.Labels, q => q.KeepOpen(100)));
        Says("'f1', which is not measured", () => MulticlassEstimator.Fit([.3, .7], 2, [1], q => q.AtLeast(PerformanceMetric.F1, .5)));
        PerformanceOptions fits = PerformanceEstimator.Fit(rows.Scores, rows.Labels, q => q.AtLeast(PerformanceMetric.F1, .5).Metrics(PerformanceMetric.F1).KeepOpen(1000).EveryRows(500)).Options;
        Assert.Equal((500, 1000), (fits.RowsPerWindow, fits.OpenPredictions));

        static void Says(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Slopes_are_the_differences_of_the_naive_value(int metric)
    {
        RandomStream random = new(11);
        double[] scores = [.. Enumerable.Range(0, 60).Select(_ => random.NextBelow(20) / 20.0)], p = [.. scores.Select(_ => random.NextDouble())];
        ScoredRows rows = ScoredRows.Of(scores, default, 0.5, p, default);
        double[] slopes = new double[60], moved = (double[])rows.Probabilities.Clone();
        MetricFormula.LabelSlopes(All[metric], rows, rows.Probabilities, slopes);
        double[] weights = new double[60];
        Array.Fill(weights, 1);
        double squares = 0, scale = metric == 7 ? 1 : 60;
        double[] labels = [.. rows.Probabilities.Select(q => q > .5 ? 1.0 : 0)];
        for (int i = 0; i < 60; i++)
        {
            double at = moved[i], up, down;
            moved[i] = at + 1e-6;
            up = MetricFormula.Value(All[metric], rows, moved);
            moved[i] = at - 1e-6;
            down = MetricFormula.Value(All[metric], rows, moved);
            moved[i] = at;
            Assert.Equal((up - down) / 2e-6, slopes[i], 1e-6 * Math.Max(1, Math.Abs(slopes[i])));
            weights[i] = 1 + 1e-6;
            up = MetricFormula.Value(All[metric], rows with { Weights = weights }, labels);
            weights[i] = 1 - 1e-6;
            down = MetricFormula.Value(All[metric], rows with { Weights = weights }, labels);
            weights[i] = 1;
            double away = (up - down) / 2e-6 - (metric == 7 ? MetricFormula.Value(All[metric], rows, labels) / 60 : 0);
            squares += away * scale * (away * scale);
        }

        Assert.Equal(Math.Sqrt(squares / 60), MetricFormula.UnitError(All[metric], rows, labels), 1e-5 * Math.Sqrt(squares / 60));
    }

    [Theory]
    [InlineData(CalibrationMethod.Isotonic)]
    [InlineData(CalibrationMethod.Platt)]
    [InlineData(CalibrationMethod.Temperature)]
    public void Every_calibration_maps_and_estimates(CalibrationMethod method)
    {
        LogisticRows reference = LogisticRows.Draw(3000, 3, 0, power: 1), chunk = LogisticRows.Draw(2000, 3, 1, shift: .4, power: 1);
        PerformanceEstimator estimator = PerformanceEstimator.Fit(reference.Scores, reference.Labels, q => q.Metrics(All).Calibrate(method));
        Assert.Equal(method, estimator.Calibration.Method);
        Assert.InRange(estimator.Calibration.Calibrated.Expected, 0, 0.04);
        foreach (MetricEstimate estimate in estimator.Estimate(chunk.Scores, chunk.Predicted))
        {
            double realized = PerformanceEstimator.Measure(estimate.Metric, chunk.Scores, chunk.Predicted, chunk.Labels).Value;
            double width = estimate.Interval!.Value.Width;
            Assert.True(width > 0);
            Assert.InRange(realized, estimate.Interval.Value.Lower - width, estimate.Interval.Value.Upper + width);
        }
    }

    [Fact]
    public void Automatic_calibration_is_isotonic_when_scores_are_off_and_none_when_they_are_right()
    {
        LogisticRows distorted = LogisticRows.Draw(4000, 9, 0, power: 2.5), right = LogisticRows.Draw(4000, 9, 1, power: 1);
        PerformanceEstimator off = PerformanceEstimator.Fit(distorted.Scores, distorted.Labels);
        Assert.Equal(CalibrationMethod.Isotonic, off.Calibration.Method);
        Assert.True(off.Calibration.Calibrated.Expected < off.Calibration.Raw.Expected / 2);
        Assert.InRange(off.Calibration.Brier.Value, off.Calibration.BrierInterval.Lower, off.Calibration.BrierInterval.Upper);
        double[] perfect = [.. right.Labels.Select((l, i) => l ? .9 + i * 1e-6 : .1 + i * 1e-6)];
        Assert.Equal(CalibrationMethod.None, PerformanceEstimator.Fit(perfect, right.Labels).Calibration.Method);
        Assert.Equal(off.Calibration, PerformanceEstimator.Fit(distorted.Scores, distorted.Labels).Calibration);
        Assert.Equal(0.5, PerformanceEstimator.Fit(perfect, right.Labels).Calibrate(0.5));
        double[] tens = [.. Enumerable.Range(0, 1000).Select(i => (i % 10 + .5) / 10)];
        bool[] exact = [.. Enumerable.Range(0, 1000).Select(i => i / 10 % 20 < 2 * (i % 10) + 1)];
        Assert.Equal(CalibrationMethod.None, PerformanceEstimator.Fit(tens, exact).Calibration.Method);
    }

    [Fact]
    public void NannyML_intervals_are_three_sampling_errors_of_the_reference()
    {
        LogisticRows reference = LogisticRows.Draw(2000, 21, 0), chunk = LogisticRows.Draw(500, 21, 1);
        PerformanceEstimator theirs = PerformanceEstimator.Fit(reference.Scores, reference.Labels, q => q.Metrics(All.AsSpan(0, 7)).Calibrate(CalibrationMethod.Isotonic).NannyML());
        PerformanceEstimator ours = PerformanceEstimator.Fit(reference.Scores, reference.Labels, q => q.Metrics(All.AsSpan(0, 7)).Calibrate(CalibrationMethod.Isotonic));
        IReadOnlyList<MetricEstimate> a = theirs.Estimate(chunk.Scores), b = ours.Estimate(chunk.Scores);
        for (int i = 0; i < a.Count; i++)
        {
            Assert.Equal(b[i].Value, a[i].Value, 1e-6);
        }

        bool[] right = [.. reference.Labels.Zip(reference.Predicted, (y, p) => y == p)];
        double share = right.Count(r => r) / 2000.0, half = 3 * Math.Sqrt(share * (1 - share) / 500);
        Assert.Equal(a[2].Value + half, a[2].Interval!.Value.Upper, 1e-12);

        // AUC: the spread of the share of negatives below each positive (the rarer class here), over the root of the positives expected in the chunk.
        double[] positives = [.. reference.Scores.Where((_, i) => reference.Labels[i])], negatives = [.. reference.Scores.Where((_, i) => !reference.Labels[i])];
        Assert.True(positives.Length < 1000);
        double[] below = [.. positives.Select(s => negatives.Count(n => n < s) / (double)negatives.Length)];
        double mean = below.Average(), spread = Math.Sqrt(below.Average(v => (v - mean) * (v - mean)));
        Assert.Equal(a[0].Value + 3 * spread / Math.Sqrt(500.0 * positives.Length / 2000), a[0].Interval!.Value.Upper, 1e-12);

        // F1 as the mean of TP times (TP + FP + FN)/(TP + (FP + FN)/2).
        double tp = right.Where((r, i) => r && reference.Predicted[i]).Count(), wrong = right.Count(r => !r), hit = tp / (tp + wrong);
        double error = Math.Sqrt(hit * (1 - hit)) * (tp + wrong) / (tp + wrong / 2) / Math.Sqrt(500 * (tp + wrong) / 2000);
        Assert.Equal(a[6].Value - 3 * error, a[6].Interval!.Value.Lower, 1e-12);
    }
}
