namespace Lifecycle.Drift;

/// <summary>
/// Page-Hinkley test (Page 1954; Hinkley 1971): sums how far values lie above their running mean, less <see cref="Delta"/>, never below
/// 0; alarms when the sum reaches
/// <see cref="Threshold"/>. A good first choice for errors and for any number: cheap, few false alarms, and its threshold takes a run
/// length well.
/// </summary>
public sealed class PageHinkley : StreamDetector<PageHinkley>
{
    private long _n;
    private double _mean, _up, _down;

    /// <summary>Sum that is a drift; 50. In units of the values.</summary>
    public double Threshold { get; init => field = Setting.Positive(value, "50"); } = 50;

    /// <summary>What is taken from each deviation: half the smallest change of the mean that matters; 0.005. In units of the
    /// values.</summary>
    public double Delta { get; init => field = Setting.NotNegative(value, "0.005"); } = 0.005;

    /// <summary>Factor by which the sum fades at each value, in (0, 1]; 0.9999.</summary>
    public double Fading { get; init => field = Setting.Factor(value, "0.9999"); } = 0.9999;

    /// <summary>The first judgement is at the value before this one; 30.</summary>
    public int WarmUp { get; init => field = Setting.Whole(value, 1, 1_000_000, "30"); } = 30;

    /// <summary>Changes to look for; up.</summary>
    public ChangeDirection Direction { get; init; }

    private protected override double Level => Threshold;

    private protected override ValueDomain Domain => ValueDomain.Finite;

    private protected override PageHinkley At(double level, StreamLaw law) =>
        new() { Threshold = level, Delta = Delta, Fading = Fading, WarmUp = WarmUp, Direction = Direction, Strict = Strict };

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
        _up = Math.Max(0, Fading * _up + deviation - Delta);
        _down = Math.Max(0, Fading * _down - deviation - Delta);
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

    private protected override string Describe() => Text($"PageHinkley(Threshold {Threshold}, Delta {Delta}, Fading {Fading}, WarmUp {WarmUp}, {Direction})");
}
