namespace Lifecycle.Drift;

/// <summary>
/// Geometric moving average of deviations from the running mean (Roberts 1959, in the form used on error streams). The usual default
/// threshold of 1 can never be passed by zeros
/// and ones; here it is 0.1.
/// </summary>
public sealed class GeometricMovingAverage : StreamDetector<GeometricMovingAverage>
{
    private long _n;
    private double _mean, _sum;

    /// <summary>Average deviation above which it is a drift; 0.1. In units of the values.</summary>
    public double Threshold { get; init => field = Setting.Positive(value, "0.1"); } = 0.1;

    /// <summary>Weight of the past, in (0, 1); 0.99.</summary>
    public double Fading { get; init => field = Setting.Share(value, "0.99"); } = 0.99;

    /// <summary>Values before the first judgement, that one included; 30.</summary>
    public int WarmUp { get; init => field = Setting.Whole(value, 1, 1_000_000, "30"); } = 30;

    private protected override double Level => Threshold;

    internal override bool HasPositiveLevel => true;

    private protected override ValueDomain Domain => ValueDomain.Finite;

    private protected override GeometricMovingAverage At(double level, StreamLaw law) => new() { Threshold = level, Fading = Fading, WarmUp = WarmUp, Strict = Strict };

    private protected override void Begin()
    {
        SetLevels(Threshold);
        _n = 0;
        _mean = _sum = 0;
    }

    private protected override double Advance(double value)
    {
        _n++;
        _mean += (value - _mean) / _n;
        _sum = Fading * _sum + (1 - Fading) * (value - _mean);
        return _n >= WarmUp ? _sum : double.NaN;
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Value(ref _n);
        state.Value(ref _mean);
        state.Value(ref _sum);
    }

    private protected override string Describe() => Text($"GeometricMovingAverage(Threshold {Threshold}, Fading {Fading}, WarmUp {WarmUp})");
}
