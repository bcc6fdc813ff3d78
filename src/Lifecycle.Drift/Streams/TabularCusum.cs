namespace Lifecycle.Drift;

/// <summary>
/// The tabular cumulative-sum chart (Page 1954; Montgomery): sums of deviations beyond <see cref="Slack"/> standard deviations from a
/// fixed mean, up and down; alarms above
/// <see cref="Threshold"/> standard deviations. The quickest of all charts for a shift of twice the slack (Moustakides 1986). Mean and
/// deviation are known, or those of the first values.
/// </summary>
public sealed class TabularCusum : StreamDetector<TabularCusum>
{
    private Baseline _baseline;
    private double _up, _down;

    /// <summary>Limit h in standard deviations; 5.</summary>
    public double Threshold { get; init => field = Setting.Positive(value, "5"); } = 5;

    /// <summary>Reference value k in standard deviations: half the shift to find; 0.5.</summary>
    public double Slack { get; init => field = Setting.NotNegative(value, "0.5"); } = 0.5;

    /// <summary>The mean while nothing changes; null takes that of the first values.</summary>
    public double? Mean { get; init => field = Setting.Finite(value, "0"); }

    /// <summary>The standard deviation while nothing changes; null takes that of the first values.</summary>
    public double? StandardDeviation { get; init => field = value is { } deviation ? Setting.Positive(deviation, "1") : null; }

    /// <summary>How many first values give mean and deviation where they are not known; 30.</summary>
    public int BaselineLength { get; init => field = Setting.Whole(value, 2, 1_000_000, "30"); } = 30;

    /// <summary>Changes to look for; both.</summary>
    public ChangeDirection Direction { get; init; } = ChangeDirection.Both;

    private protected override double Level => Threshold;

    internal override double Grain => 1e-9;

    private protected override ValueDomain Domain => ValueDomain.Finite;

    private bool IsKnown => Mean is not null && StandardDeviation is not null;

    private protected override TabularCusum At(double level, StreamLaw law) => new()
    {
        Threshold = level, Slack = Slack, Mean = law.Mean, StandardDeviation = law.StandardDeviation, BaselineLength = BaselineLength, Direction = Direction, Strict = Strict,
    };

    // A step is 1 % of the slack.
    private protected override TabularCusum? Resized(int step, StreamLaw law) => law.IsBinary && Slack > 0
        ? new() { Slack = Slack * (1 + step / 100.0), BaselineLength = BaselineLength, Direction = Direction, Strict = Strict }
        : null;

    private protected override (double Level, double RunLength)? ExactLevel(double target, StreamLaw law) =>
        law.IsGaussian && Slack > 0 ? RunLength.Solve(h => RunLength.OfCusum(Slack, h, 0, Direction), target, 0.1) : null;

    private protected override double? KnownRunLength() => IsKnown && Slack > 0 ? RunLength.OfCusum(Slack, Threshold, 0, Direction) : null;

    private protected override void Begin()
    {
        SetLevels(Threshold);
        _baseline = new Baseline(Mean, StandardDeviation, BaselineLength);
        _up = _down = 0;
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

        double deviation = value - _baseline.Mean, slack = Slack * _baseline.Deviation;
        _up = Math.Max(0, _up + deviation - slack);
        _down = Math.Max(0, _down - deviation - slack);
        double reach = Direction switch { ChangeDirection.Up => _up, ChangeDirection.Down => _down, _ => Math.Max(_up, _down) };
        return reach / _baseline.Deviation;
    }

    private protected override void Transfer(DetectorState state)
    {
        _baseline.Transfer(state);
        state.Value(ref _up);
        state.Value(ref _down);
    }

    private protected override string Describe() => Text(
        $"TabularCusum(Threshold {Threshold}, Slack {Slack}, Mean {Mean}, StandardDeviation {StandardDeviation}, BaselineLength {BaselineLength}, {Direction})");
}
