using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Statistical test of equal proportions (Nishida and Yamauchi 2007): the error rate of the latest values against that of all before,
/// with continuity correction; alarms only when the
/// recent rate is the higher one. Takes 0 and 1.
/// </summary>
public sealed class Stepd : StreamDetector<Stepd>
{
    private byte[] _ring = [];
    private int _at, _recent;
    private long _n, _old;

    /// <summary>Two-sided p-value below which it is a drift; 0.003.</summary>
    public double Drift { get; init => field = Setting.Share(value, "0.003"); } = 0.003;

    /// <summary>Two-sided p-value below which it is a warning; 0.05.</summary>
    public double Warning { get; init => field = Setting.Share(value, "0.05"); } = 0.05;

    /// <summary>How many latest values are compared with the rest, and fewest of the rest; 30.</summary>
    public int Recent { get; init => field = Setting.Whole(value, 2, 100_000, "30"); } = 30;

    // The score is z.
    private protected override double Level => NormalDistribution.UpperQuantile(Drift / 2);

    private protected override ValueDomain Domain => ValueDomain.Binary;

    private protected override Stepd At(double level, StreamLaw law)
    {
        double drift = Math.Clamp(2 * NormalDistribution.Survival(level), double.Epsilon, Math.BitDecrement(1.0));
        return new Stepd { Drift = drift, Warning = Math.Clamp(drift * (Warning / Drift), double.Epsilon, 0.5), Recent = Recent, Strict = Strict };
    }

    private protected override void Detach() => _ring = [];

    private protected override void Begin()
    {
        if (_ring.Length == 0)
        {
            _ring = new byte[Recent];
        }

        SetLevels(Level, NormalDistribution.UpperQuantile(Warning / 2));
        (_at, _recent, _n, _old) = (0, 0, 0, 0);
        _ring.AsSpan().Clear();
    }

    private protected override double Advance(double value)
    {
        byte newest = (byte)value, leaving = _ring[_at];
        _ring[_at] = newest;
        _at = _at + 1 == _ring.Length ? 0 : _at + 1;
        _recent += newest - leaving;
        _old += leaving;
        _n++;
        double m = _ring.Length, n = _n - m;
        if (n < m)
        {
            return double.NaN;
        }

        double difference = _recent / m - _old / n, inverse = 1 / n + 1 / m;
        double beyond = difference - inverse / 2;
        if (!(beyond > 0))
        {
            return double.NegativeInfinity;
        }

        double p = (_recent + _old) / (double)_n;
        return beyond / Math.Sqrt(p * (1 - p) * inverse);
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Values(_ring);
        state.Value(ref _at, 0, _ring.Length - 1);
        state.Value(ref _recent, 0, _ring.Length);
        state.Value(ref _n);
        state.Value(ref _old);
    }

    private protected override string Describe() => Text($"Stepd(Drift {Drift}, Warning {Warning}, Recent {Recent})");
}
