using System.Globalization;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Estimates how well a classifier of more than two classes predicts, from its class probabilities alone (CBPE): each class is calibrated against the
/// rest, the probabilities of a row are made to sum to 1, and metrics are the plain mean over the classes (accuracy: the share of right
/// predictions). Immutable and safe for any number of threads.
/// </summary>
public sealed class MulticlassEstimator
{
    private readonly PerformanceOptions _options;
    private readonly ClassRows _reference;
    private readonly int[] _labels;
    private readonly ScoreCalibration[] _calibrations;
    private readonly Lazy<ScoreCalibration[][]> _refits;

    private MulticlassEstimator(ClassRows reference, int[] labels, PerformanceOptions options)
    {
        (_reference, _labels, _options) = (reference, labels, options);
        double[] ones = new double[reference.Count];
        Array.Fill(ones, 1);
        _calibrations = [.. Enumerable.Range(0, reference.Classes).Select(k =>
        {
            (ScoredRows rows, bool[] own) = Against(k);
            return ScoreCalibration.Fit(new CalibrationChoice(rows, own, options.Seed).Choose(options.Calibration), rows, own, ones);
        })];
        _refits = new Lazy<ScoreCalibration[][]>(Refit);
    }

    /// <summary>Number of classes.</summary>
    public int Classes => _reference.Classes;

    /// <summary>The metrics, in the order in which they were asked for.</summary>
    public IReadOnlyList<PerformanceMetric> Metrics => _options.Measured;

    /// <summary>Which calibration each class has.</summary>
    public IReadOnlyList<CalibrationMethod> Calibrations => [.. _calibrations.Select(c => c.Method)];

    /// <summary>Fits to a reference: class probabilities of rows that the model was not trained on, with their labels.</summary>
    /// <param name="probabilities">Row by row, one for each class, each in [0, 1].</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="labels">Class of each row, from 0 on.</param>
    /// <param name="configure">Metrics, calibration, seed; null means the defaults. Windows mean nothing here.</param>
    /// <param name="predicted">Predicted class of each row; empty means the most probable one, the first among equals.</param>
    /// <exception cref="ArgumentException">Lengths differ, there is no row, or a value is out of range; the message names the row.</exception>
    public static MulticlassEstimator Fit(
        ReadOnlySpan<double> probabilities, int classes, ReadOnlySpan<int> labels, Action<PerformanceOptions>? configure = null,
        ReadOnlySpan<int> predicted = default)
    {
        PerformanceOptions options = new();
        configure?.Invoke(options);
        options.Checked();
        if (options.IsNannyML || options.Measured.Any(m => m.Kind == MetricKind.BusinessValue))
        {
            throw new ArgumentException("Business values and NannyML's forms are for two classes; use PerformanceEstimator.", nameof(configure));
        }

        ClassRows rows = Rows(probabilities, classes, predicted);
        if (rows.Count == 0)
        {
            throw new ArgumentException("The reference has no rows; it needs class probabilities with their labels.", nameof(probabilities));
        }

        CheckClasses(labels, rows.Count, classes, "labels");
        return new MulticlassEstimator(rows, labels.ToArray(), options);
    }

    /// <summary>What a metric is on the reference, measured by its labels.</summary>
    public MetricEstimate Reference(PerformanceMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return _reference.Value(metric, _reference.OneHot(_labels));
    }

    /// <summary>Estimates all metrics, with the 95 % intervals of the values that labels will show. O(classes · n log n).</summary>
    /// <param name="probabilities">Row by row, one for each class, each in [0, 1].</param>
    /// <param name="predicted">Predicted class of each row; empty means the most probable one.</param>
    /// <param name="withIntervals">Whether to compute intervals: 50 further calibrations.</param>
    /// <exception cref="ArgumentException">Lengths differ or a value is out of range; the message names the row.</exception>
    public IReadOnlyList<MetricEstimate> Estimate(ReadOnlySpan<double> probabilities, ReadOnlySpan<int> predicted = default, bool withIntervals = true)
    {
        ClassRows rows = Rows(probabilities, Classes, predicted);
        double[] calibrated = rows.Calibrate(_calibrations);
        MetricEstimate[] estimates = [.. Metrics.Select(m => rows.Value(m, calibrated))];
        if (!withIntervals || rows.Count == 0)
        {
            return estimates;
        }

        double[,] refits = new double[_refits.Value.Length, estimates.Length];
        for (int b = 0; b < _refits.Value.Length; b++)
        {
            double[] refitted = rows.Calibrate(_refits.Value[b]);
            for (int m = 0; m < estimates.Length; m++)
            {
                refits[b, m] = rows.Value(Metrics[m], refitted).Value;
            }
        }

        for (int m = 0; m < estimates.Length; m++)
        {
            estimates[m] = estimates[m].IsDefined
                ? estimates[m] with { Interval = PerformanceEstimator.Interval(estimates[m], rows.LabelNoise(Metrics[m], calibrated), refits, m) } : estimates[m];
        }

        return estimates;
    }

    /// <summary>What labels say: accuracy, or the mean over the classes, each against the rest.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="probabilities">Row by row, one for each class, each in [0, 1].</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="labels">Class of each row.</param>
    /// <param name="predicted">Predicted class of each row; empty means the most probable one.</param>
    /// <exception cref="ArgumentException">Lengths differ or a value is out of range; the message names the row.</exception>
    public static MetricEstimate Measure(
        PerformanceMetric metric, ReadOnlySpan<double> probabilities, int classes, ReadOnlySpan<int> labels, ReadOnlySpan<int> predicted = default)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ClassRows rows = Rows(probabilities, classes, predicted);
        CheckClasses(labels, rows.Count, classes, "labels");
        return rows.Value(metric, rows.OneHot(labels));
    }

    private static ClassRows Rows(ReadOnlySpan<double> probabilities, int classes, ReadOnlySpan<int> predicted)
    {
        if (classes < 2 || probabilities.Length % classes != 0)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"{probabilities.Length} probabilities are no rows of {classes} classes; give at least 2 classes, row by row."));
        }

        RowCheck.Scores(probabilities, $"probabilities (of {classes} a row)");
        int rows = probabilities.Length / classes;
        int[] chosen = predicted.IsEmpty ? new int[rows] : predicted.ToArray();
        CheckClasses(chosen, rows, classes, "predictions");
        for (int i = 0; i < rows && predicted.IsEmpty; i++)
        {
            ReadOnlySpan<double> row = probabilities.Slice(i * classes, classes);
            for (int k = 1; k < classes; k++)
            {
                chosen[i] = row[k] > row[chosen[i]] ? k : chosen[i];
            }
        }

        return new ClassRows(probabilities.ToArray(), classes, chosen);
    }

    private static void CheckClasses(ReadOnlySpan<int> values, int rows, int classes, string column)
    {
        RowCheck.Lengths(rows, values.Length, default);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] < 0 || values[i] >= classes)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture, $"Row {i} of the {column} is {values[i]}; a class is a number from 0 to {classes - 1}."));
            }
        }
    }

    /// <summary>The reference in the order of one class's score, positive where the label is that class.</summary>
    private (ScoredRows Rows, bool[] Labels) Against(int k)
    {
        bool[] labels = [.. _reference.OrderOf(k).Select(i => _labels[i] == k)];
        return (_reference.Of(k) with { Probabilities = ScoredRows.Numbers(labels) }, labels);
    }

    private ScoreCalibration[][] Refit()
    {
        if (_calibrations.All(c => c.Method == CalibrationMethod.None))
        {
            return [];
        }

        (ScoredRows Rows, bool[] Labels)[] against = [.. Enumerable.Range(0, Classes).Select(Against)];
        double[] counts = new double[_reference.Count];
        ScoreCalibration[][] refits = new ScoreCalibration[PerformanceEstimator.Replicates][];
        for (int b = 0; b < refits.Length; b++)
        {
            Bootstrap.DrawCounts(new RandomStream(_options.Seed, (ulong)b), counts);
            refits[b] = [.. Enumerable.Range(0, Classes).Select(k => ScoreCalibration.Fit(
                _calibrations[k].Method, against[k].Rows, against[k].Labels, [.. _reference.OrderOf(k).Select(i => counts[i])]))];
        }

        return refits;
    }
}
