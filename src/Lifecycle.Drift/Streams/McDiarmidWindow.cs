namespace Lifecycle.Drift;

/// <summary>A window of right predictions whose weights grow by a constant factor, and the bound of McDiarmid for weighted means.</summary>
internal struct McDiarmidWindow
{
    private readonly byte[] _ring;
    private readonly double _factor, _oldestWeight, _weights, _scale;
    private int _at, _filled;
    private double _sum, _best;

    public McDiarmidWindow(int size, double factor)
    {
        _ring = new byte[size];
        _factor = factor;
        _oldestWeight = Math.Pow(factor, 1 - size);
        _scale = Scale(size, i => Math.Pow(factor, i + 1 - size), out _weights);
        Clear();
    }

    /// <summary>2/Σv² of the normalised weights: a difference Δ has ln(1/δ) = Δ² times this.</summary>
    public static double Scale(int size, Func<int, double> weight, out double sum)
    {
        double squares = 0;
        sum = 0;
        for (int i = 0; i < size; i++)
        {
            sum += weight(i);
            squares += weight(i) * weight(i);
        }

        return 2 * sum * sum / squares;
    }

    public static double Delta(double level) => Math.Clamp(Math.Exp(-level), double.Epsilon, Math.BitDecrement(1.0));

    public readonly bool IsMade => _ring is not null;

    public void Clear()
    {
        (_at, _filled, _sum, _best) = (0, 0, 0, double.NegativeInfinity);
        _ring.AsSpan().Clear();
    }

    /// <summary>Weighs the newest value 1 and fades the rest; rounding errors fade as well.</summary>
    public double Advance(double error)
    {
        byte newest = (byte)(1 - error);
        _sum = (_sum - _oldestWeight * _ring[_at]) / _factor + newest;
        _ring[_at] = newest;
        _at = _at + 1 == _ring.Length ? 0 : _at + 1;
        if (_filled < _ring.Length && ++_filled < _ring.Length)
        {
            return double.NaN;
        }

        double mean = _sum / _weights;
        _best = Math.Max(_best, mean);
        return (_best - mean) * (_best - mean) * _scale;
    }

    public void Transfer(DetectorState state)
    {
        state.Values(_ring);
        state.Value(ref _at, 0, _ring.Length - 1);
        state.Value(ref _filled, 0, _ring.Length);
        state.Value(ref _sum);
        state.Value(ref _best);
    }
}
