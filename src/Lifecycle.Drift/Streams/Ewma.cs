namespace Lifecycle.Drift;

/// <summary>
/// The exponentially weighted moving average chart (Roberts 1959): Z = λ x + (1 - λ) Z, alarm outside L standard deviations of Z, which
/// grow to their steady value
/// sd √(λ/(2-λ)). Good for small shifts of numbers. Mean and deviation are known, or those of the first values.
/// </summary>
public sealed class Ewma : StreamDetector<Ewma>
{
    // Below this the limits stand.
    private const double Steady = 1e-17;

    private Baseline _baseline;
    private double _z, _decay, _scale;

    /// <summary>Weight λ of the newest value, in (0, 1]; 0.1.</summary>
    public double Weight { get; init => field = Setting.Factor(value, "0.1"); } = 0.1;

    /// <summary>Limit L in standard deviations of the average; 2.814: a run length of 500 with steady limits and the default
    /// weight.</summary>
    public double Limit { get; init => field = Setting.Positive(value, "2.814"); } = 2.814;

    /// <summary>Whether the steady limit holds from the first value on; by default the limits of the first values are narrower, as exact
    /// variances are.</summary>
    public bool SteadyLimits { get; init; }

    /// <summary>The mean while nothing changes; null takes that of the first values.</summary>
    public double? Mean { get; init => field = Setting.Finite(value, "0"); }

    /// <summary>The standard deviation while nothing changes; null takes that of the first values.</summary>
    public double? StandardDeviation { get; init => field = value is { } deviation ? Setting.Positive(deviation, "1") : null; }

    /// <summary>How many first values give mean and deviation where they are not known; 30.</summary>
    public int BaselineLength { get; init => field = Setting.Whole(value, 2, 1_000_000, "30"); } = 30;

    private protected override double Level => Limit;

    private protected override ValueDomain Domain => ValueDomain.Finite;

    private protected override Ewma At(double level, StreamLaw law) => new()
    {
        Weight = Weight, Limit = level, SteadyLimits = SteadyLimits, Mean = law.Mean, StandardDeviation = law.StandardDeviation, BaselineLength = BaselineLength, Strict = Strict,
    };

    private protected override (double Level, double RunLength)? ExactLevel(double target, StreamLaw law) =>
        law.IsGaussian && Weight >= RunLength.LeastWeight ? RunLength.Solve(limit => RunLength.OfEwma(Weight, limit, 0, SteadyLimits), target, 0.5) : null;

    private protected override double? KnownRunLength() =>
        Mean is not null && StandardDeviation is not null && Weight >= RunLength.LeastWeight ? RunLength.OfEwma(Weight, Limit, 0, SteadyLimits) : null;

    private protected override void Begin()
    {
        SetLevels(Limit);
        _baseline = new Baseline(Mean, StandardDeviation, BaselineLength);
        (_z, _decay, _scale) = (0, SteadyLimits ? 0 : 1, double.NaN);
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

        double weight = Weight;
        _z += weight * (value - _baseline.Mean - _z);
        if (_decay > Steady || double.IsNaN(_scale))
        {
            _decay *= (1 - weight) * (1 - weight);
            _scale = 1 / (_baseline.Deviation * Math.Sqrt(weight / (2 - weight) * (1 - _decay)));
        }

        return Math.Abs(_z) * _scale;
    }

    private protected override void Transfer(DetectorState state)
    {
        _baseline.Transfer(state);
        state.Value(ref _z);
        state.Value(ref _decay);
        state.Value(ref _scale);
    }

    private protected override string Describe() => Text(
        $"Ewma(Weight {Weight}, Limit {Limit}, SteadyLimits {SteadyLimits}, Mean {Mean}, StandardDeviation {StandardDeviation}, BaselineLength {BaselineLength})");
}
