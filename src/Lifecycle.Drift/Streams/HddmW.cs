namespace Lifecycle.Drift;

/// <summary>
/// Hoeffding's drift detection with weights (Frías-Blanco and others 2015, HDDM W-test, McDiarmid's bound): compares exponentially
/// weighted means before and after the
/// point whose upper bound was lowest. Quick on gradual changes; more false alarms than <see cref="HddmA"/>. Takes values from 0 to 1.
/// </summary>
public sealed class HddmW : StreamDetector<HddmW>
{
    private long _n;
    private double _all, _allSquares, _cut, _before, _beforeSquares, _after, _afterSquares, _halfLog;
    private bool _hasBefore, _hasAfter;

    /// <summary>Weight λ of the newest value; 0.05.</summary>
    public double Weight { get; init => field = Setting.Share(value, "0.05"); } = 0.05;

    /// <summary>Confidence δ of a drift; 0.001.</summary>
    public double Delta { get; init => field = Setting.Positive(value, "0.001"); } = 0.001;

    /// <summary>Confidence of a warning; 0.005.</summary>
    public double WarningDelta { get; init => field = Setting.Positive(value, "0.005"); } = 0.005;

    private protected override double Level => Math.Sqrt(Math.Max(0, Math.Log(1 / Delta)));

    private protected override ValueDomain Domain => ValueDomain.UnitInterval;

    private protected override bool IsLevelFree => false;

    private protected override HddmW At(double level, StreamLaw law)
    {
        double delta = Math.Exp(-level * level);
        return new HddmW { Weight = Weight, Delta = delta, WarningDelta = delta * (WarningDelta / Delta), Strict = Strict };
    }

    private protected override void Begin()
    {
        SetLevels(Level, Math.Sqrt(Math.Max(0, Math.Log(1 / WarningDelta))));
        _halfLog = Math.Max(0, Math.Log(1 / Delta)) / 2;
        _n = 0;
        (_all, _allSquares, _cut) = (0, 1, double.PositiveInfinity);
        (_before, _beforeSquares, _after, _afterSquares) = (0, 1, 0, 1);
        (_hasBefore, _hasAfter) = (false, false);
    }

    private protected override double Advance(double value)
    {
        double weight = Weight, rest = 1 - weight;
        _n++;
        _all = _n == 1 ? value : weight * value + rest * _all;
        _allSquares = weight * weight + rest * rest * _allSquares;
        double upper = _all + Math.Sqrt(_allSquares * _halfLog);
        if (upper < _cut)
        {
            (_cut, _before, _beforeSquares, _hasBefore) = (upper, _all, _allSquares, true);
            (_afterSquares, _hasAfter) = (1, false);
            return double.NegativeInfinity;
        }

        _after = _hasAfter ? weight * value + rest * _after : value;
        _afterSquares = weight * weight + rest * rest * _afterSquares;
        _hasAfter = true;
        return _hasBefore ? (_after - _before) / Math.Sqrt((_beforeSquares + _afterSquares) / 2) : double.NegativeInfinity;
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Value(ref _n);
        state.Value(ref _all);
        state.Value(ref _allSquares);
        state.Value(ref _cut);
        state.Value(ref _before);
        state.Value(ref _beforeSquares);
        state.Value(ref _after);
        state.Value(ref _afterSquares);
        state.Value(ref _hasBefore);
        state.Value(ref _hasAfter);
    }

    private protected override string Describe() => Text($"HddmW(Weight {Weight}, Delta {Delta}, WarningDelta {WarningDelta})");
}
