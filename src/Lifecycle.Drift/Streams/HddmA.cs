namespace Lifecycle.Drift;

/// <summary>
/// Hoeffding's drift detection with averages (Frías-Blanco and others 2015, HDDM A-test): compares the mean of all values with that of
/// the prefix whose upper confidence bound is lowest.
/// Distribution-free for values from 0 to 1; few false alarms.
/// </summary>
public sealed class HddmA : StreamDetector<HddmA>
{
    private long _n, _lowCount, _highCount;
    private double _sum, _lowMean, _lowBound, _highMean, _highBound, _halfLog;

    /// <summary>Confidence δ of a drift; 0.001.</summary>
    public double Delta { get; init => field = Setting.Positive(value, "0.001"); } = 0.001;

    /// <summary>Confidence of a warning; 0.005.</summary>
    public double WarningDelta { get; init => field = Setting.Positive(value, "0.005"); } = 0.005;

    /// <summary>Whether a falling mean is a drift too; off.</summary>
    public bool TwoSided { get; init; }

    // sqrt(ln(2/δ)); δ above 1, which only a chosen run length can make, is no confidence any more but a threshold all the same.
    private protected override double Level => Math.Sqrt(Math.Max(0, Math.Log(2 / Delta)));

    private protected override ValueDomain Domain => ValueDomain.UnitInterval;

    private protected override bool IsLevelFree => false;

    private protected override HddmA At(double level, StreamLaw law)
    {
        double delta = 2 * Math.Exp(-level * level);
        return new HddmA { Delta = delta, WarningDelta = delta * (WarningDelta / Delta), TwoSided = TwoSided, Strict = Strict };
    }

    private protected override void Begin()
    {
        SetLevels(Math.BitDecrement(Level), Math.BitDecrement(Math.Sqrt(Math.Max(0, Math.Log(2 / WarningDelta)))));
        _halfLog = Math.Max(0, Math.Log(1 / Delta)) / 2;
        _n = _lowCount = _highCount = 0;
        _sum = _lowMean = _highMean = 0;
        (_lowBound, _highBound) = (double.PositiveInfinity, double.NegativeInfinity);
    }

    private protected override double Advance(double value)
    {
        _n++;
        _sum += value;
        double mean = _sum / _n, bound = Math.Sqrt(_halfLog / _n);
        if (_lowBound >= mean + bound)
        {
            (_lowCount, _lowMean, _lowBound) = (_n, mean, mean + bound);
        }

        double score = Distance(mean - _lowMean, _lowCount);
        if (TwoSided)
        {
            if (_highBound <= mean - bound)
            {
                (_highCount, _highMean, _highBound) = (_n, mean, mean - bound);
            }

            score = Math.Max(score, Distance(_highMean - mean, _highCount));
        }

        return score;
    }

    private double Distance(double difference, long count) =>
        count == _n ? double.NegativeInfinity : difference / Math.Sqrt((double)(_n - count) / ((double)_n * count) / 2);

    private protected override void Transfer(DetectorState state)
    {
        state.Value(ref _n);
        state.Value(ref _lowCount);
        state.Value(ref _highCount);
        state.Value(ref _sum);
        state.Value(ref _lowMean);
        state.Value(ref _lowBound);
        state.Value(ref _highMean);
        state.Value(ref _highBound);
    }

    private protected override string Describe() => Text($"HddmA(Delta {Delta}, WarningDelta {WarningDelta}, TwoSided {TwoSided})");
}
