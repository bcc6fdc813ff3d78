namespace Lifecycle.Drift;

/// <summary>
/// Stacking Fast Hoeffding Drift Detection Method (Pesaranghader, Viktor and Paquet 2018): as <see cref="Fhddm"/> with a short window
/// inside the long one, each against its own best.
/// Judges only once the long window is full. Takes 0 and 1 (1 = error).
/// </summary>
public sealed class Fhddms : StreamDetector<Fhddms>
{
    private byte[] _ring = [];
    private int _at, _filled, _errors, _fewest, _shortErrors, _shortFewest;

    /// <summary>Values in the long window; 100.</summary>
    public int Window { get; init => field = Setting.Whole(value, 2, 100_000, "100"); } = 100;

    /// <summary>Values in the short window, the latest ones; 25, at most <see cref="Window"/>.</summary>
    public int ShortWindow { get; init => field = Setting.Whole(value, 1, 100_000, "25"); } = 25;

    /// <summary>Confidence δ; 1e-6.</summary>
    public double Delta { get; init => field = Setting.Share(value, "1e-6"); } = 1e-6;

    private protected override double Level => -Math.Log(Delta);

    internal override bool HasCoarseScore => true;

    private protected override ValueDomain Domain => ValueDomain.Binary;

    private int Short => Math.Min(ShortWindow, Window);

    private protected override Fhddms At(double level, StreamLaw law) =>
        new() { Window = Window, ShortWindow = ShortWindow, Delta = Math.Clamp(Math.Exp(-level), double.Epsilon, Math.BitDecrement(1.0)), Strict = Strict };

    // The short window keeps its share, as nearly as a quarter more or less allows.
    private protected override Fhddms? Resized(int step, StreamLaw law)
    {
        if (Setting.Resized(Window, step, 2, 100_000) is not { } window)
        {
            return null;
        }

        int shorter = (int)Math.Round((double)ShortWindow * window / Window);
        return new() { Window = window, ShortWindow = Math.Min(window, Setting.IsNear(ShortWindow, shorter) ? shorter : ShortWindow), Delta = Delta, Strict = Strict };
    }

    private protected override void Detach() => _ring = [];

    private protected override void RequireSettings() =>
        Setting.AtMost(ShortWindow, Window, nameof(ShortWindow), nameof(Window), "Window = 100, ShortWindow = 25");

    private protected override void Begin()
    {
        RequireSettings();
        if (_ring.Length == 0)
        {
            _ring = new byte[Window];
        }

        SetLevels(Level);
        (_at, _filled, _errors, _fewest, _shortErrors, _shortFewest) = (0, 0, 0, int.MaxValue, 0, int.MaxValue);
        _ring.AsSpan().Clear();
    }

    private protected override double Advance(double value)
    {
        byte newest = (byte)value;
        int size = Short, leaving = _at - size;
        _shortErrors += newest - _ring[leaving < 0 ? leaving + _ring.Length : leaving];
        _errors += newest - _ring[_at];
        _ring[_at] = newest;
        _at = _at + 1 == _ring.Length ? 0 : _at + 1;
        if (_filled < _ring.Length && ++_filled < _ring.Length)
        {
            return double.NaN;
        }

        _fewest = Math.Min(_fewest, _errors);
        _shortFewest = Math.Min(_shortFewest, _shortErrors);
        double more = _errors - _fewest, shortMore = _shortErrors - _shortFewest;
        return Math.Max(2 * more * more / _ring.Length, 2 * shortMore * shortMore / size);
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Values(_ring);
        state.Value(ref _at, 0, _ring.Length - 1);
        state.Value(ref _filled, 0, _ring.Length);
        state.Value(ref _errors, 0, _ring.Length);
        state.Value(ref _fewest, 0, int.MaxValue);
        state.Value(ref _shortErrors, 0, _ring.Length);
        state.Value(ref _shortFewest, 0, int.MaxValue);
    }

    private protected override string Describe() => Text($"Fhddms(Window {Window}, ShortWindow {ShortWindow}, Delta {Delta})");
}
