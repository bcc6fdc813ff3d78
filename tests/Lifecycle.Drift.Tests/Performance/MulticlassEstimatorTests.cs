using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

public sealed class MulticlassEstimatorTests
{
    private const int Classes = 3;

    private static readonly PerformanceMetric[] Metrics =
    [
        PerformanceMetric.AreaUnderRoc, PerformanceMetric.F1, PerformanceMetric.Accuracy, PerformanceMetric.AveragePrecision, PerformanceMetric.Precision,
        PerformanceMetric.Recall, PerformanceMetric.Specificity,
    ];

    [Fact]
    public void Two_classes_are_the_binary_case()
    {
        LogisticRows reference = LogisticRows.Draw(2000, 80, 0), chunk = LogisticRows.Draw(700, 80, 1);
        double[] both = Pairs(reference.Scores), chunkBoth = Pairs(chunk.Scores);
        MulticlassEstimator many = MulticlassEstimator.Fit(
            both, 2, [.. reference.Labels.Select(l => l ? 1 : 0)], q => q.Metrics(PerformanceMetric.AreaUnderRoc, PerformanceMetric.Accuracy).Calibrate(CalibrationMethod.Isotonic));
        PerformanceEstimator two = PerformanceEstimator.Fit(
            reference.Scores, reference.Labels, q => q.Metrics(PerformanceMetric.AreaUnderRoc, PerformanceMetric.Accuracy).Calibrate(CalibrationMethod.Isotonic));
        IReadOnlyList<MetricEstimate> a = many.Estimate(chunkBoth), b = two.Estimate(chunk.Scores);
        Assert.Equal(b[0].Value, a[0].Value, 1e-9);
        Assert.Equal(b[1].Value, a[1].Value, 1e-9);
        Assert.Equal(b[1].Interval!.Value.Lower, a[1].Interval!.Value.Lower, 5e-3);
        Assert.Equal(two.Reference(PerformanceMetric.AreaUnderRoc).Value, many.Reference(PerformanceMetric.AreaUnderRoc).Value, 1e-12);
        Assert.Equal([CalibrationMethod.Isotonic, CalibrationMethod.Isotonic], many.Calibrations);

        static double[] Pairs(double[] scores) => [.. scores.SelectMany(s => (double[])[1 - s, s])];
    }

    [Fact]
    public void Measured_values_are_the_mean_over_the_classes()
    {
        (double[] scores, int[] labels) = Draw(500, 81, 0);
        int[] predicted = [.. Enumerable.Range(0, 500).Select(i => Enumerable.Range(0, Classes).MaxBy(k => scores[i * Classes + k]))];
        foreach (PerformanceMetric metric in Metrics.Where(m => m != PerformanceMetric.Accuracy))
        {
            double mean = Enumerable.Range(0, Classes).Average(k => PerformanceEstimator.Measure(
                metric, [.. Enumerable.Range(0, 500).Select(i => scores[i * Classes + k])], [.. predicted.Select(p => p == k)], [.. labels.Select(l => l == k)]).Value);
            Assert.Equal(mean, MulticlassEstimator.Measure(metric, scores, Classes, labels).Value, 1e-12);
        }

        Assert.Equal(
            predicted.Zip(labels).Count(p => p.First == p.Second) / 500.0, MulticlassEstimator.Measure(PerformanceMetric.Accuracy, scores, Classes, labels).Value, 1e-12);
        Assert.Contains("class 0 against the rest", MulticlassEstimator.Measure(Metrics[0], scores, Classes, new int[500]).NotDefined, StringComparison.Ordinal);
        Assert.Contains("from 0 to 2", Assert.Throws<ArgumentException>(() => MulticlassEstimator.Fit(scores, Classes, [.. labels.Select(l => l + 1)])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MulticlassEstimator.Fit(scores, 7, labels));
        Assert.Throws<ArgumentException>(() => MulticlassEstimator.Fit(scores, Classes, labels, q => q.NannyML()));
    }

    [Fact]
    public void Intervals_cover_what_labels_show()
    {
        const int Rounds = 200;
        int[] covered = new int[3];
        double[] away = new double[3];
        for (ulong round = 0; round < Rounds; round++)
        {
            (double[] reference, int[] labels) = Draw(4000, 82, 2 * round);
            (double[] chunk, int[] actual) = Draw(1000, 82, 2 * round + 1, shift: .3);
            MulticlassEstimator estimator = MulticlassEstimator.Fit(
                reference, Classes, labels, q => q.Metrics(Metrics.AsSpan(0, 3)).Calibrate(CalibrationMethod.Isotonic).Draw(round));
            IReadOnlyList<MetricEstimate> estimates = estimator.Estimate(chunk);
            for (int m = 0; m < 3; m++)
            {
                double realized = MulticlassEstimator.Measure(Metrics[m], chunk, Classes, actual).Value;
                covered[m] += estimates[m].Interval!.Value.Contains(realized) ? 1 : 0;
                away[m] += (estimates[m].Value - realized) / Rounds;
            }
        }

        Assert.All(covered, c => Assert.InRange(c / (double)Rounds, .90, .99));
        Assert.All(away, a => Assert.InRange(a, -.01, .01));
    }

    /// <summary>Classes of a softmax law; the model's probabilities are too bold.</summary>
    private static (double[] Scores, int[] Labels) Draw(int count, ulong seed, ulong index, double shift = 0)
    {
        RandomStream random = new(seed, index);
        double[] scores = new double[count * Classes];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            double x = shift + random.NextGaussian(), y = random.NextGaussian();
            double[] right = Softmax(1.2 * x, 1.2 * y, -0.5, 1), bold = Softmax(1.2 * x, 1.2 * y, -0.5, 1.4);
            bold.CopyTo(scores, i * Classes);
            double u = random.NextDouble();
            labels[i] = u < right[0] ? 0 : u < right[0] + right[1] ? 1 : 2;
        }

        return (scores, labels);
    }

    private static double[] Softmax(double a, double b, double c, double sharpness)
    {
        double[] odds = [Math.Exp(sharpness * a), Math.Exp(sharpness * b), Math.Exp(sharpness * c)];
        double sum = odds.Sum();
        return [.. odds.Select(o => o / sum)];
    }
}
