namespace Lifecycle.Drift;

/// <summary>
/// Cumulative sum about the running mean (Page 1954, in the form used on error streams): as <see cref="PageHinkley"/> without fading.
/// <see cref="TabularCusum"/> is the chart of
/// statistical process control with a fixed mean.
/// </summary>
public sealed class Cusum : StreamDetector<Cusum>
{
    private long _n;
    private double _mean, _up, _down;

    /// <summary>Sum that is a drift; 50. In units of the values.</summary>
    public double Threshold { get; init => field = Setting.Positive(value, "50"); } = 50;

    /// <summary>What is taken from each deviation: half the smallest change of the mean that matters; 0.005. In units of the
    /// values.</summary>
    public double Delta { get; init => field = Setting.NotNegative(value, "0.005"); } = 0.005;

    /// <summary>The first judgement is at the value before this one; 30.</summary>
    public int WarmUp { get; init => field = Setting.Whole(value, 1, 1_000_000, "30"); } = 30;

    /// <summary>Changes to look for; up.</summary>
    public ChangeDirection Direction { get; init; }

    private protected override double Level => Threshold;

    private protected override ValueDomain Domain => ValueDomain.Finite;

    private protected override Cusum At(double level, StreamLaw law) => new() { Threshold = level, Delta = Delta, WarmUp = WarmUp, Direction = Direction, Strict = Strict };

    private protected override void Begin()
    {
        SetLevels(Math.BitDecrement(Threshold));
        _n = 0;
        _mean = _up = _down = 0;
    }

    private protected override double Advance(double value)
    {
        _n++;
        _mean += (value - _mean) / _n;
        double deviation = value - _mean;
        _up = Math.Max(0, _up + deviation - Delta);
        _down = Math.Max(0, _down - deviation - Delta);
        return _n + 1 < WarmUp
            ? double.NaN
            : Direction switch { ChangeDirection.Up => _up, ChangeDirection.Down => _down, _ => Math.Max(_up, _down) };
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Value(ref _n);
        state.Value(ref _mean);
        state.Value(ref _up);
        state.Value(ref _down);
    }

    private protected override string Describe() => Text($"Cusum(Threshold {Threshold}, Delta {Delta}, WarmUp {WarmUp}, {Direction})");
}
