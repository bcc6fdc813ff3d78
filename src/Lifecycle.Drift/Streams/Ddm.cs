namespace Lifecycle.Drift;

/// <summary>
/// Drift Detection Method (Gama, Medas, Castillo and Rodrigues 2004): alarms when the error rate p plus its standard deviation s =
/// √(p(1-p)/n) rises above the lowest p + s seen, by
/// <see cref="Drift"/> of the deviations at that point. Quick on sudden changes; its false alarms depend strongly on the error rate, and
/// a stream that begins without errors alarms at its first error.
/// Takes 0 and 1.
/// </summary>
public sealed class Ddm : StreamDetector<Ddm>
{
    private long _n;
    private double _p, _leastSum, _leastP, _leastS;

    /// <summary>Standard deviations above the minimum that are a drift; 3.</summary>
    public double Drift { get; init => field = Setting.Positive(value, "3"); } = 3;

    /// <summary>Standard deviations above the minimum that are a warning; 2.</summary>
    public double Warning { get; init => field = Setting.Positive(value, "2"); } = 2;

    /// <summary>Values before the first judgement; 30.</summary>
    public int WarmUp { get; init => field = Setting.Whole(value, 1, 1_000_000, "30"); } = 30;

    private protected override double Level => Drift;

    private protected override ValueDomain Domain => ValueDomain.Binary;

    private protected override Ddm At(double level, StreamLaw law) => new() { Drift = level, Warning = Math.Min(level, level * Warning / Drift), WarmUp = WarmUp, Strict = Strict };

    private protected override void RequireSettings() =>
        Setting.AtMost(Warning, Drift, nameof(Warning), nameof(Drift), "Warning = 2, Drift = 3");

    private protected override void Begin()
    {
        RequireSettings();
        SetLevels(Drift, Warning);
        _n = 0;
        _p = 0;
        _leastSum = _leastP = _leastS = double.PositiveInfinity;
    }

    private protected override double Advance(double value)
    {
        _n++;
        _p += (value - _p) / _n;
        if (_n <= WarmUp)
        {
            return double.NaN;
        }

        double s = Math.Sqrt(_p * (1 - _p) / _n), sum = _p + s;
        if (sum <= _leastSum)
        {
            (_leastSum, _leastP, _leastS) = (sum, _p, s);
        }

        return (sum - _leastP) / _leastS;
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Value(ref _n);
        state.Value(ref _p);
        state.Value(ref _leastSum);
        state.Value(ref _leastP);
        state.Value(ref _leastS);
    }

    private protected override string Describe() => Text($"Ddm(Drift {Drift}, Warning {Warning}, WarmUp {WarmUp})");
}
