namespace Lifecycle.Drift;

/// <summary>
/// The chart of single values (Shewhart 1931): alarms at a value further than L standard deviations from the mean. Finds large sudden
/// shifts at once and small ones hardly.
/// Mean and deviation are known, or those of the first values.
/// </summary>
public sealed class Shewhart : StreamDetector<Shewhart>
{
    private Baseline _baseline;

    /// <summary>Limit L in standard deviations; 3: a run length of 370.4 for normal values.</summary>
    public double Limit { get; init => field = Setting.Positive(value, "3"); } = 3;

    /// <summary>The mean while nothing changes; null takes that of the first values.</summary>
    public double? Mean { get; init => field = Setting.Finite(value, "0"); }

    /// <summary>The standard deviation while nothing changes; null takes that of the first values.</summary>
    public double? StandardDeviation { get; init => field = value is { } deviation ? Setting.Positive(deviation, "1") : null; }

    /// <summary>How many first values give mean and deviation where they are not known; 30.</summary>
    public int BaselineLength { get; init => field = Setting.Whole(value, 2, 1_000_000, "30"); } = 30;

    private protected override double Level => Limit;

    private protected override ValueDomain Domain => ValueDomain.Finite;

    private protected override Shewhart At(double level, StreamLaw law) =>
        new() { Limit = level, Mean = law.Mean, StandardDeviation = law.StandardDeviation, BaselineLength = BaselineLength, Strict = Strict };

    private protected override (double Level, double RunLength)? ExactLevel(double target, StreamLaw law) =>
        law.IsGaussian ? (Lifecycle.Statistics.NormalDistribution.UpperQuantile(0.5 / target), target) : null;

    private protected override double? KnownRunLength() => Mean is not null && StandardDeviation is not null ? RunLength.OfShewhart(Limit) : null;

    private protected override void Begin()
    {
        SetLevels(Limit);
        _baseline = new Baseline(Mean, StandardDeviation, BaselineLength);
    }

    private protected override double Advance(double value)
    {
        if (!_baseline.IsReady)
        {
            _baseline.Take(value);
            if (!_baseline.IsReady)
            {
                return double.NaN;
            }
        }

        return Math.Abs(value - _baseline.Mean) / _baseline.Deviation;
    }

    private protected override void Transfer(DetectorState state) => _baseline.Transfer(state);

    private protected override string Describe() =>
        Text($"Shewhart(Limit {Limit}, Mean {Mean}, StandardDeviation {StandardDeviation}, BaselineLength {BaselineLength})");
}
