namespace Lifecycle.Drift;

/// <summary>
/// McDiarmid Drift Detection Method with arithmetic weights (Pesaranghader, Viktor and Paquet 2018): the weighted share of right
/// predictions in a window, newer ones weighing more, against
/// its highest value, by McDiarmid's bound. Takes 0 and 1 (1 = error).
/// </summary>
public sealed class MddmA : StreamDetector<MddmA>
{
    private byte[] _ring = [];
    private int _at, _filled, _sum;
    private long _ranked;
    private double _best, _scale, _weights;

    /// <summary>Values in the window; 100.</summary>
    public int Window { get; init => field = Setting.Whole(value, 2, 100_000, "100"); } = 100;

    /// <summary>What each newer value weighs more than the one before it; 0.01.</summary>
    public double Step { get; init => field = Setting.NotNegative(value, "0.01"); } = 0.01;

    /// <summary>Confidence δ of a drift; 1e-6.</summary>
    public double Delta { get; init => field = Setting.Share(value, "1e-6"); } = 1e-6;

    /// <summary>Confidence of a warning; 5e-6.</summary>
    public double WarningDelta { get; init => field = Setting.Share(value, "5e-6"); } = 5e-6;

    private protected override double Level => -Math.Log(Delta);

    internal override double Grain => 1e-9;

    private protected override ValueDomain Domain => ValueDomain.Binary;

    private protected override MddmA At(double level, StreamLaw law) => new()
    {
        Window = Window, Step = Step, Delta = McDiarmidWindow.Delta(level), WarningDelta = McDiarmidWindow.Delta(level + Math.Log(Delta / WarningDelta)), Strict = Strict,
    };

    private protected override void Detach() => _ring = [];

    private protected override void Begin()
    {
        if (_ring.Length == 0)
        {
            _ring = new byte[Window];
            _scale = McDiarmidWindow.Scale(Window, i => 1 + Step * i, out _weights);
        }

        SetLevels(Level, -Math.Log(WarningDelta));
        (_at, _filled, _sum, _ranked, _best) = (0, 0, 0, 0, double.NegativeInfinity);
        _ring.AsSpan().Clear();
    }

    private protected override double Advance(double value)
    {
        // Right predictions count; the sum of i x_i is whole, so nothing is lost however long the stream.
        byte newest = (byte)(1 - value), leaving = _ring[_at];
        _ring[_at] = newest;
        _at = _at + 1 == _ring.Length ? 0 : _at + 1;
        _ranked += (long)newest * (_ring.Length - 1) - (_sum - leaving);
        _sum += newest - leaving;
        if (_filled < _ring.Length && ++_filled < _ring.Length)
        {
            return double.NaN;
        }

        double mean = (_sum + Step * _ranked) / _weights;
        _best = Math.Max(_best, mean);
        return (_best - mean) * (_best - mean) * _scale;
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Values(_ring);
        state.Value(ref _at, 0, _ring.Length - 1);
        state.Value(ref _filled, 0, _ring.Length);
        state.Value(ref _sum, 0, _ring.Length);
        state.Value(ref _ranked);
        state.Value(ref _best);
    }

    private protected override string Describe() => Text($"MddmA(Window {Window}, Step {Step}, Delta {Delta}, WarningDelta {WarningDelta})");
}
