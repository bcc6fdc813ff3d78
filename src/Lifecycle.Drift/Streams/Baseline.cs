namespace Lifecycle.Drift;

/// <summary>Mean and standard deviation against which a chart holds its values: known, or taken from the first values and frozen.</summary>
internal struct Baseline
{
    private readonly double? _knownMean, _knownDeviation;
    private readonly int _length;
    private long _n;
    private double _runningMean, _squares;

    public Baseline(double? mean, double? deviation, int length)
    {
        (_knownMean, _knownDeviation, _length) = (mean, deviation, length);
        if (mean is { } m && deviation is { } d)
        {
            (Mean, Deviation, IsReady) = (m, d, true);
        }
    }

    public double Mean { get; private set; }

    public double Deviation { get; private set; }

    /// <summary>Whether mean and deviation stand; the value that completes the baseline already counts.</summary>
    public bool IsReady { get; private set; }

    public void Take(double value)
    {
        _n++;
        double before = value - _runningMean;
        _runningMean += before / _n;
        _squares += before * (value - _runningMean);
        if (_n == _length)
        {
            Mean = _knownMean ?? _runningMean;
            Deviation = _knownDeviation ?? Math.Sqrt(_squares / (_n - 1));
            IsReady = true;
        }
    }

    public void Transfer(DetectorState state)
    {
        bool ready = IsReady;
        double mean = Mean, deviation = Deviation;
        state.Value(ref ready);
        state.Value(ref mean);
        state.Value(ref deviation);
        (IsReady, Mean, Deviation) = (ready, mean, deviation);
        state.Value(ref _n);
        state.Value(ref _runningMean);
        state.Value(ref _squares);
    }
}
