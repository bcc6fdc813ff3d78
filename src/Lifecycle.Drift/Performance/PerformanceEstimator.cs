using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Estimates how well a classifier of two classes predicts, from its scores alone (CBPE, confidence-based performance estimation): scores are calibrated
/// on a reference with labels, and each prediction then counts as right with its probability. It sees a change of the inputs; it cannot see a
/// change of what the inputs mean (concept drift), which only labels show. Immutable and safe for any number of threads.
/// </summary>
public sealed partial class PerformanceEstimator
{
    private readonly PerformanceOptions _options;
    private readonly ScoredRows _reference;
    private readonly bool[] _labels;
    private readonly ScoreCalibration _calibration;
    private readonly Lazy<ScoreCalibration[]> _refits;
    private readonly Lazy<CalibrationSummary> _summary;
    private readonly Dictionary<PerformanceMetric, ReferenceFigure> _figures;

    private PerformanceEstimator(ScoredRows reference, PerformanceOptions options)
    {
        (_reference, _options) = (reference, options);
        _labels = [.. reference.Probabilities.Select(p => p > 0)];
        CalibrationChoice choice = new(reference, _labels, options.Seed);
        CalibrationMethod method = choice.Choose(options.Calibration);
        double[] ones = new double[reference.Count];
        Array.Fill(ones, 1);
        _calibration = ScoreCalibration.Fit(method, reference, _labels, ones);
        _refits = new Lazy<ScoreCalibration[]>(Refit);
        _summary = new Lazy<CalibrationSummary>(() => choice.Summarize(method, options.Seed));
        _figures = options.Measured.ToDictionary(m => m, FigureOf);
    }

    /// <summary>The metrics, in the order in which they were asked for.</summary>
    public IReadOnlyList<PerformanceMetric> Metrics => _options.Measured;

    /// <summary>Rows of the reference.</summary>
    public int ReferenceRows => _reference.Count;

    /// <summary>How well the reference's scores are calibrated; computed when it is first asked for.</summary>
    public CalibrationSummary Calibration => _summary.Value;

    /// <summary>Lowest and highest score of the reference.</summary>
    internal (double Lowest, double Highest) ScoreRange => (_reference.Scores[0], _reference.Scores[^1]);

    internal PerformanceOptions Options => _options;

    internal ReadOnlySpan<double> ReferenceScores => _reference.Scores;

    /// <summary>The calibration fitted to 50 resamples of the reference; none where nothing is fitted.</summary>
    internal IReadOnlyList<ScoreCalibration> Refits => _refits.Value;

    /// <summary>Fits to a reference: scores of rows that the model was not trained on, with their labels.</summary>
    /// <param name="scores">Probabilities of the positive class, each in [0, 1].</param>
    /// <param name="labels">True for positive rows.</param>
    /// <param name="configure">Metrics, calibration, threshold, seed; null means the defaults.</param>
    /// <exception cref="ArgumentException">Lengths differ, there is no row, or a score lies outside [0, 1]; the message names the row.</exception>
    public static PerformanceEstimator Fit(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, Action<PerformanceOptions>? configure = null) =>
        Fit(scores, labels, default, configure);

    /// <summary>Fits to a reference whose predictions do not follow from one threshold.</summary>
    /// <param name="scores">Probabilities of the positive class, each in [0, 1].</param>
    /// <param name="labels">True for positive rows.</param>
    /// <param name="predicted">True for rows that were predicted positive; empty means by the threshold.</param>
    /// <param name="configure">Metrics, calibration, threshold, seed; null means the defaults.</param>
    /// <exception cref="ArgumentException">Lengths differ, there is no row, or a score lies outside [0, 1]; the message names the row.</exception>
    public static PerformanceEstimator Fit(
        ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<bool> predicted, Action<PerformanceOptions>? configure = null)
    {
        PerformanceOptions options = new();
        configure?.Invoke(options);
        return Fit(scores, labels, predicted, options.Checked());
    }

    /// <summary>Fits to a reference with labels as numbers.</summary>
    /// <param name="scores">Probabilities of the positive class, each in [0, 1].</param>
    /// <param name="labels">1 for positive rows, 0 for the others.</param>
    /// <param name="configure">Metrics, calibration, threshold, seed; null means the defaults.</param>
    /// <exception cref="ArgumentException">Lengths differ, there is no row, a score lies outside [0, 1] or a label is not 0 or 1; the message names the row.</exception>
    public static PerformanceEstimator Fit(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels, Action<PerformanceOptions>? configure = null) =>
        Fit(scores, RowCheck.Labels(labels), default, configure);

    internal static PerformanceEstimator Fit(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<bool> predicted, PerformanceOptions options)
    {
        RowCheck.Scores(scores, "scores of the reference");
        RowCheck.Lengths(scores.Length, labels.Length, predicted);
        if (scores.IsEmpty)
        {
            throw new ArgumentException("The reference has no rows; it needs scores with their labels, some hundreds at least.", nameof(scores));
        }

        return new PerformanceEstimator(ScoredRows.Of(scores, predicted, options.PositiveFrom, ScoredRows.Numbers(labels), default), options);
    }

    /// <summary>The calibrated probability of a score.</summary>
    /// <param name="score">In [0, 1].</param>
    public double Calibrate(double score) => _calibration.Predict(score);

    /// <summary>What a metric is on the reference, measured by its labels.</summary>
    /// <exception cref="ArgumentException">The metric was not asked for.</exception>
    public MetricEstimate Reference(PerformanceMetric metric) => Figure(metric).Measured;

    /// <summary>Estimates all metrics with intervals. O(n log n).</summary>
    /// <param name="scores">Scores of predictions without labels, each in [0, 1], in any order.</param>
    /// <param name="predicted">True for rows that were predicted positive; empty means by the threshold.</param>
    /// <exception cref="ArgumentException">Lengths differ or a score lies outside [0, 1]; the message names the row.</exception>
    public IReadOnlyList<MetricEstimate> Estimate(ReadOnlySpan<double> scores, ReadOnlySpan<bool> predicted = default)
    {
        RowCheck.Scores(scores, "scores");
        RowCheck.Lengths(scores.Length, scores.Length, predicted);
        return Estimate(ScoredRows.Of(scores, predicted, _options.PositiveFrom), Metrics, withIntervals: true);
    }

    /// <summary>Estimates one metric, whether or not it was named before.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="scores">Scores of predictions without labels, each in [0, 1], in any order.</param>
    /// <param name="predicted">True for rows that were predicted positive; empty means by the threshold.</param>
    /// <param name="withInterval">Whether to compute the interval: 50 further calibrations.</param>
    /// <exception cref="ArgumentException">Lengths differ or a score lies outside [0, 1]; the message names the row.</exception>
    public MetricEstimate Estimate(PerformanceMetric metric, ReadOnlySpan<double> scores, ReadOnlySpan<bool> predicted = default, bool withInterval = true)
    {
        ArgumentNullException.ThrowIfNull(metric);
        RowCheck.Scores(scores, "scores");
        RowCheck.Lengths(scores.Length, scores.Length, predicted);
        return Estimate(ScoredRows.Of(scores, predicted, _options.PositiveFrom), [metric], withInterval)[0];
    }

    /// <summary>The value below which a window of so many rows is called worse.</summary>
    internal double LimitOf(PerformanceMetric metric, double rows) => _options.LeastOf(metric) ?? (rows > 0 ? Figure(metric).Limit(rows) : double.NaN);

    internal double ReferenceOf(PerformanceMetric metric, double rows) => Figure(metric).Value(rows);

    private ReferenceFigure Figure(PerformanceMetric metric) => _figures.TryGetValue(metric, out ReferenceFigure? figure) ? figure
        : throw new ArgumentException($"The metric '{metric}' was not asked for; there are {string.Join(", ", Metrics.Select(m => m.Name))}.", nameof(metric));

    private ReferenceFigure FigureOf(PerformanceMetric metric)
    {
        MetricEstimate measured = MetricFormula.Of(metric, _reference, _reference.Probabilities);
        double error = !measured.IsDefined ? double.NaN
            : _options.IsNannyML ? NannyMLForm.UnitError(metric, _reference, _reference.Probabilities)
            : MetricFormula.UnitError(metric, _reference, _reference.Probabilities);
        bool isSum = metric is { Kind: MetricKind.BusinessValue, PerPrediction: false };
        return new ReferenceFigure(measured, error, isSum ? _reference.Count : 0);
    }

    /// <summary>A metric on the reference.</summary>
    /// <param name="Measured">By its labels.</param>
    /// <param name="UnitError">Standard error times the root of the rows.</param>
    /// <param name="SummedRows">Rows that were added up; 0 for a mean, which does not grow with the rows.</param>
    private sealed record ReferenceFigure(MetricEstimate Measured, double UnitError, int SummedRows)
    {
        private const double Errors = 3;

        public double Value(double rows) => SummedRows > 0 ? Measured.Value * rows / SummedRows : Measured.Value;

        public double Error(double rows) => SummedRows > 0 ? UnitError * Math.Sqrt(rows) : UnitError / Math.Sqrt(rows);

        public double Limit(double rows) => Value(rows) - Errors * Error(rows);
    }
}
