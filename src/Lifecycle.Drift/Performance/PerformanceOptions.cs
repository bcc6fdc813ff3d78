using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>What is estimated, how, and in which windows. Each verb returns the options, so that they chain.</summary>
public sealed class PerformanceOptions
{
    private readonly Dictionary<PerformanceMetric, double> _least = [];

    /// <summary>Makes options with the defaults: AUC, calibration chosen automatically, threshold .5, a window an hour, 1,000,000 open predictions.</summary>
    public PerformanceOptions()
    {
    }

    /// <summary>The metrics, in the order of points; AUC alone by default.</summary>
    public IReadOnlyList<PerformanceMetric> Measured { get; private set; } = [PerformanceMetric.AreaUnderRoc];

    /// <summary>How scores become probabilities.</summary>
    public CalibrationMethod Calibration { get; private set; } = CalibrationMethod.Auto;

    /// <summary>Scores from here on are predicted positive where nothing is said about what was predicted; .5 by default.</summary>
    public double PositiveFrom { get; private set; } = 0.5;

    /// <summary>Seed of bootstrap and folds.</summary>
    public ulong Seed { get; private set; } = Statistics.RandomStream.DefaultSeed;

    /// <summary>Length of a window; null when windows close by rows only.</summary>
    public TimeSpan? Period { get; private set; } = TimeSpan.FromHours(1);

    /// <summary>Rows that close a window; null when time alone closes it (or half of <see cref="OpenPredictions"/>).</summary>
    public int? RowsPerWindow { get; private set; }

    /// <summary>Rows that a window needs to be judged; with fewer it grows, and after 24 periods it closes all the same.</summary>
    public int LeastRows { get; private set; } = 200;

    /// <summary>Predictions that wait for a label; the oldest leave when there are more. 1,000,000 by default, 32 bytes each.</summary>
    public int OpenPredictions { get; private set; } = 1_000_000;

    /// <summary>How long a label waits for its prediction; ten minutes by default.</summary>
    public TimeSpan LabelWait { get; private set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often predictions and labels are written where they are persisted; ten seconds by default.</summary>
    public TimeSpan SavePeriod { get; private set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether estimates and intervals are computed as NannyML 0.13 computes them.</summary>
    public bool IsNannyML { get; private set; }

    /// <summary>Name of the monitor, for reports and history.</summary>
    public string Name { get; private set; } = "performance";

    internal DriftMonitor? Inputs { get; private set; }

    /// <summary>Names the metrics; points show them in this order and speak of the first.</summary>
    /// <exception cref="ArgumentException">There is none, or one twice.</exception>
    public PerformanceOptions Metrics(params ReadOnlySpan<PerformanceMetric> metrics)
    {
        PerformanceMetric[] wanted = metrics.ToArray();
        if (wanted.Length == 0 || wanted.Distinct().Count() != wanted.Length || wanted.Contains(null))
        {
            throw new ArgumentException(
                "Name at least one metric, each once, for example Metrics(PerformanceMetric.AreaUnderRoc, PerformanceMetric.F1).", nameof(metrics));
        }

        Measured = wanted;
        return this;
    }

    /// <summary>Says how scores become probabilities.</summary>
    public PerformanceOptions Calibrate(CalibrationMethod method)
    {
        Calibration = Enum.IsDefined(method) ? method
            : throw new ArgumentOutOfRangeException(nameof(method), method, "Calibration is Auto, Isotonic, Platt, Temperature or None.");
        return this;
    }

    /// <summary>Predicts positive from this score on where nothing is said about what was predicted.</summary>
    /// <param name="score">In [0, 1].</param>
    public PerformanceOptions Threshold(double score)
    {
        PositiveFrom = score is >= 0 and <= 1 ? score
            : throw new ArgumentOutOfRangeException(nameof(score), score, "A threshold lies in [0, 1], for example 0.5.");
        return this;
    }

    /// <summary>Draws with this seed.</summary>
    public PerformanceOptions Draw(ulong seed)
    {
        Seed = seed;
        return this;
    }

    /// <summary>Closes a window by the clock.</summary>
    /// <param name="period">A millisecond to 48 days.</param>
    public PerformanceOptions Every(TimeSpan period)
    {
        Period = period >= TimeSpan.FromMilliseconds(1) && period <= TimeSpan.FromDays(48) ? period
            : throw new ArgumentOutOfRangeException(nameof(period), period, "A window lasts from a millisecond to 48 days, for example TimeSpan.FromHours(1).");
        return this;
    }

    /// <summary>Closes a window by rows; the clock then closes none unless <see cref="Every"/> is called afterwards.</summary>
    /// <param name="rows">At least 1; fewer than 200 also lowers the least rows of a window.</param>
    public PerformanceOptions EveryRows(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        (RowsPerWindow, Period) = (rows, null);
        LeastRows = Math.Min(LeastRows, rows);
        return this;
    }

    /// <summary>Judges a window only when it has so many rows.</summary>
    public PerformanceOptions AtLeast(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        LeastRows = rows;
        return this;
    }

    /// <summary>
    /// Keeps so many predictions open for their labels. A window has at most half of them: rows of a window, and least rows, that are more are refused
    /// when the options are used.
    /// </summary>
    /// <param name="predictions">2 to 100,000,000.</param>
    public PerformanceOptions KeepOpen(int predictions)
    {
        OpenPredictions = predictions is >= 2 and <= 100_000_000 ? predictions
            : throw new ArgumentOutOfRangeException(nameof(predictions), predictions, "Open predictions are 2 to 100,000,000, for example 1,000,000.");
        return this;
    }

    /// <summary>Lets a label wait so long for its prediction.</summary>
    public PerformanceOptions WaitForPrediction(TimeSpan wait)
    {
        LabelWait = wait >= TimeSpan.Zero && wait <= TimeSpan.FromDays(48) ? wait
            : throw new ArgumentOutOfRangeException(nameof(wait), wait, "A label waits up to 48 days, for example TimeSpan.FromMinutes(10).");
        return this;
    }

    /// <summary>Writes predictions and labels this often where they are persisted; a kill loses at most what came since.</summary>
    public PerformanceOptions SaveEvery(TimeSpan period)
    {
        SavePeriod = period >= TimeSpan.FromMilliseconds(10) && period <= TimeSpan.FromDays(1) ? period
            : throw new ArgumentOutOfRangeException(nameof(period), period, "Saving happens every 10 milliseconds to a day, for example TimeSpan.FromSeconds(10).");
        return this;
    }

    /// <summary>
    /// Calls performance fallen below this value, instead of below the reference minus three of its sampling errors. The metric must be one of
    /// <see cref="Metrics"/>, which is looked at when the options are used.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a number that the metric can take.</exception>
    public PerformanceOptions AtLeast(PerformanceMetric metric, double value)
    {
        ArgumentNullException.ThrowIfNull(metric);
        (double least, double greatest) = metric.Range;
        _least[metric] = value >= least && value <= greatest ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), value, string.Create(CultureInfo.InvariantCulture, $"The metric '{metric}' lies in [{least}, {greatest}], for example AtLeast(PerformanceMetric.AreaUnderRoc, 0.8)."));
        return this;
    }

    /// <summary>Doubts an estimate while the last window of this monitor has inputs outside the range of their reference.</summary>
    public PerformanceOptions WatchInputs(DriftMonitor monitor)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        Inputs = monitor;
        return this;
    }

    /// <summary>
    /// Computes as NannyML 0.13: running sums of AUC and average precision rounded to five decimals, every row a step of its own even when scores are
    /// tied, and intervals of three sampling errors of the reference around the estimate. To compare; those intervals do not know the error of the
    /// calibration.
    /// </summary>
    public PerformanceOptions NannyML()
    {
        IsNannyML = true;
        return this;
    }

    /// <summary>Names the monitor.</summary>
    /// <exception cref="InvalidNameException">Not a <see cref="ResourceName"/>.</exception>
    public PerformanceOptions Named(string name)
    {
        Name = ResourceName.Require(name, "monitor");
        return this;
    }

    /// <summary>What fits together only when all is said.</summary>
    /// <exception cref="ArgumentException">A limit is that of a metric that is not measured, or windows need more open predictions than are kept.</exception>
    internal PerformanceOptions Checked()
    {
        int most = Math.Max(1, OpenPredictions / 2);
        if (_least.Keys.FirstOrDefault(m => !Measured.Contains(m)) is { } missing)
        {
            throw new ArgumentException(
                $"AtLeast names the metric '{missing}', which is not measured, so that it could never fall. Measured are {string.Join(", ", Measured.Select(m => m.Name))}; name it in Metrics(...) too.");
        }

        if (RowsPerWindow > most)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"EveryRows({RowsPerWindow}) does not go with KeepOpen({OpenPredictions}): a window has at most half of the open predictions, {most}, as the oldest leave while the next one fills. Keep more, for example KeepOpen({2L * RowsPerWindow}), or close sooner, EveryRows({most})."));
        }

        if (LeastRows > most)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"Windows need {LeastRows} rows to be judged, but with KeepOpen({OpenPredictions}) a window has at most half of the open predictions, {most}, and none would ever be judged. Keep more, for example KeepOpen({2L * LeastRows}), or ask for fewer, AtLeast({most})."));
        }

        return this;
    }

    internal double? LeastOf(PerformanceMetric metric) => _least.TryGetValue(metric, out double least) ? least : null;
}
