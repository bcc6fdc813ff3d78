namespace Lifecycle.Drift;

/// <summary>
/// Adaptive windowing (Bifet and Gavaldà 2007, "Learning from time-changing data with adaptive windowing"): keeps a window as long as its
/// mean is constant, in buckets of growing size,
/// and alarms when two parts of it differ by more than a bound of Bernstein's kind. Finds changes up and down, needs no threshold of its
/// own scale and hardly ever alarms without
/// cause. Takes any finite numbers; the bound is made for values from 0 to 1. Memory: at most 6 buckets for each doubling of the window,
/// below 5 KB.
/// </summary>
/// <remarks>
/// Every border between two buckets is a possible cut. Implementations that skip the newest bucket of each size (river up to 0.21,
/// frouros) see a change only several times later:
/// after 820 instead of 151 values for an error rate that goes from 0.2 to 0.4.
/// </remarks>
public sealed partial class Adwin : StreamDetector<Adwin>
{
    private const int ShortestPart = 5;
    private const int ShortestWindow = 10;

    private long _clock, _width;
    private double _total, _squares;

    /// <summary>Confidence δ of a cut; 0.002. A chosen run length may take it above 1, where it is a threshold only.</summary>
    public double Delta { get; init => field = Setting.Positive(value, "0.002"); } = 0.002;

    /// <summary>The window is searched at every so many updates; 32. With 1 changes are found about 16 values earlier, at some five times
    /// the cost.</summary>
    public int Clock { get; init => field = Setting.Whole(value, 1, 1_000_000, "32"); } = 32;

    /// <summary>Whether a drift keeps the newer part of the window, as in MOA; by default the detector starts anew.</summary>
    public bool KeepWindow { get; init; }

    /// <summary>Values in the window.</summary>
    public long Width => _width;

    /// <summary>Mean of the window; NaN while it is empty.</summary>
    public double WindowMean => _width == 0 ? double.NaN : _total / _width;

    /// <summary>Variance of the window (divisor its width); NaN while it is empty.</summary>
    public double WindowVariance => _width == 0 ? double.NaN : Math.Max(0, _squares / _width);

    internal override double RunsWorth => Clock == 1 ? 6e7 : 5e8;

    // -ln δ.
    private protected override double Level => -Math.Log(Delta);

    private protected override ValueDomain Domain => ValueDomain.Finite;

    private protected override Adwin At(double level, StreamLaw law) => new() { Delta = Math.Exp(-level), Clock = Clock, KeepWindow = KeepWindow, Strict = Strict };

    private protected override void Detach() => (_counts, _totals, _variances) = (new int[MostRows], new double[MostRows * Stride], new double[MostRows * Stride]);

    private protected override void Begin()
    {
        SetLevels(0);
        (_clock, _width, _total, _squares, _rows) = (0, 0, 0, 0, 1);
        _counts.AsSpan().Clear();
    }

    private protected override void AfterDrift()
    {
        if (!KeepWindow)
        {
            Begin();
        }
    }

    private protected override double Advance(double value)
    {
        Insert(value);
        if (++_clock < Clock)
        {
            return double.NaN;
        }

        _clock = 0;
        bool isCut = false;
        while (_width > ShortestWindow && HasCut(Math.Log(2 * Math.Log(_width) / Delta)))
        {
            isCut = true;
            if (!KeepWindow)
            {
                break;
            }

            DropOldest();
        }

        return isCut ? double.PositiveInfinity : double.NaN;
    }

    /// <summary>The largest -ln δ at which the window would be cut now.</summary>
    internal override double Score(double value)
    {
        Start();
        Insert(value);
        if (++_clock < Clock)
        {
            return double.NaN;
        }

        _clock = 0;
        return _width > ShortestWindow ? StrongestCut() - Math.Log(2 * Math.Log(_width)) : double.NaN;
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Value(ref _clock);
        state.Value(ref _width);
        state.Value(ref _total);
        state.Value(ref _squares);
        state.Value(ref _rows, 1, MostRows);
        for (int row = 0; row < _rows; row++)
        {
            state.Value(ref _counts[row], 0, BucketsOfRow);
            state.Values(_totals.AsSpan(row * Stride, _counts[row]));
            state.Values(_variances.AsSpan(row * Stride, _counts[row]));
        }

        long held = 0;
        for (int row = 0; row < _rows; row++)
        {
            held += (long)_counts[row] << row;
        }

        DetectorState.Require(held == _width && (_counts[_rows - 1] > 0 || _width == 0), "the buckets do not hold the values of the window");
    }

    private protected override string Describe() => Text($"Adwin(Delta {Delta}, Clock {Clock}, KeepWindow {KeepWindow})");
}
