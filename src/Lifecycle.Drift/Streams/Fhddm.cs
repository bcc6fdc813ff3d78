namespace Lifecycle.Drift;

/// <summary>
/// Fast Hoeffding Drift Detection Method (Pesaranghader and Viktor 2016): the share of right predictions in a window against its highest
/// value, by Hoeffding's bound. Judges only once
/// the window is full. Takes 0 and 1 (1 = error).
/// </summary>
public sealed class Fhddm : StreamDetector<Fhddm>
{
    private byte[] _ring = [];
    private int _at, _filled, _errors, _fewest;

    /// <summary>Values in the window; 100.</summary>
    public int Window { get; init => field = Setting.Whole(value, 2, 100_000, "100"); } = 100;

    /// <summary>Confidence δ; 1e-6.</summary>
    public double Delta { get; init => field = Setting.Share(value, "1e-6"); } = 1e-6;

    // ln(1/δ); the score is 2 n Δ².
    private protected override double Level => -Math.Log(Delta);

    internal override bool HasCoarseScore => true;

    private protected override ValueDomain Domain => ValueDomain.Binary;

    private protected override Fhddm At(double level, StreamLaw law) => new() { Window = Window, Delta = Math.Clamp(Math.Exp(-level), double.Epsilon, Math.BitDecrement(1.0)), Strict = Strict };

    private protected override Fhddm? Resized(int step, StreamLaw law) => Setting.Resized(Window, step, 2, 100_000) is { } window ? new() { Window = window, Delta = Delta, Strict = Strict } : null;

    private protected override void Detach() => _ring = [];

    private protected override void Begin()
    {
        if (_ring.Length == 0)
        {
            _ring = new byte[Window];
        }

        SetLevels(Level);
        (_at, _filled, _errors, _fewest) = (0, 0, 0, int.MaxValue);
        _ring.AsSpan().Clear();
    }

    private protected override double Advance(double value)
    {
        byte newest = (byte)value;
        _errors += newest - _ring[_at];
        _ring[_at] = newest;
        _at = _at + 1 == _ring.Length ? 0 : _at + 1;
        if (_filled < _ring.Length && ++_filled < _ring.Length)
        {
            return double.NaN;
        }

        _fewest = Math.Min(_fewest, _errors);
        double more = _errors - _fewest;
        return 2 * more * more / _ring.Length;
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Values(_ring);
        state.Value(ref _at, 0, _ring.Length - 1);
        state.Value(ref _filled, 0, _ring.Length);
        state.Value(ref _errors, 0, _ring.Length);
        state.Value(ref _fewest, 0, int.MaxValue);
    }

    private protected override string Describe() => Text($"Fhddm(Window {Window}, Delta {Delta})");
}
