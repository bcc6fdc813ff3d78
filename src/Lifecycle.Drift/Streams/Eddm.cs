namespace Lifecycle.Drift;

/// <summary>
/// Early Drift Detection Method (Baena-García and others 2006): watches the distance between two errors; alarms when mean + 2 standard
/// deviations of the distances falls below
/// <see cref="Drift"/> of its maximum. Made for gradual changes. Has many false alarms with its defaults. Takes 0 and 1; judges at errors
/// only.
/// </summary>
public sealed class Eddm : StreamDetector<Eddm>
{
    private long _n, _errors, _lastError;
    private double _mean, _squares, _greatest;

    /// <summary>Share of the maximum below which it is a drift; 0.9.</summary>
    public double Drift { get; init => field = Setting.Share(value, "0.9"); } = 0.9;

    /// <summary>Share of the maximum below which it is a warning; 0.95.</summary>
    public double Warning { get; init => field = Setting.Share(value, "0.95"); } = 0.95;

    /// <summary>Values, and errors, before the first judgement; 30.</summary>
    public int WarmUp { get; init => field = Setting.Whole(value, 1, 1_000_000, "30"); } = 30;

    // The score is minus the share, so that higher means worse.
    private protected override double Level => -Drift;

    private protected override ValueDomain Domain => ValueDomain.Binary;

    private protected override Eddm At(double level, StreamLaw law) => new()
    {
        Drift = Math.Clamp(-level, double.Epsilon, Math.BitDecrement(1.0)),
        Warning = Math.Clamp(1 - (1 + level) * (1 - Warning) / (1 - Drift), Math.Clamp(-level, double.Epsilon, Math.BitDecrement(1.0)), Math.BitDecrement(1.0)),
        WarmUp = WarmUp,
        Strict = Strict,
    };

    private protected override void RequireSettings() =>
        Setting.AtMost(Drift, Warning, nameof(Drift), nameof(Warning), "Drift = 0.9, Warning = 0.95");

    private protected override void Begin()
    {
        RequireSettings();
        SetLevels(-Drift, -Warning);
        _n = _errors = _lastError = 0;
        (_mean, _squares, _greatest) = (0, 0, -1);
    }

    private protected override double Advance(double value)
    {
        _n++;
        if (value == 0)
        {
            return double.NaN;
        }

        double distance = _n - _lastError, before = distance - _mean;
        _lastError = _n;
        _errors++;
        _mean += before / _errors;
        _squares += before * (distance - _mean);
        if (_n <= WarmUp)
        {
            return double.NaN;
        }

        double reach = _mean + 2 * (_errors > 1 ? Math.Sqrt(_squares / (_errors - 1)) : 0);
        if (reach > _greatest)
        {
            _greatest = reach;
            return double.NaN;
        }

        return _errors > WarmUp ? -reach / _greatest : double.NaN;
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Value(ref _n);
        state.Value(ref _errors);
        state.Value(ref _lastError);
        state.Value(ref _mean);
        state.Value(ref _squares);
        state.Value(ref _greatest);
    }

    private protected override string Describe() => Text($"Eddm(Drift {Drift}, Warning {Warning}, WarmUp {WarmUp})");
}
