namespace Lifecycle.Drift;

/// <summary>
/// Generalised likelihood-ratio chart (Lorden 1971; window-limited by Lai 1998): the largest, over the last <see cref="Window"/> possible
/// change points, of the evidence that the mean since
/// then differs from the reference, (values since) × KL(mean since, reference). Finds changes of any size nearly as quickly as a chart
/// made for that size. With
/// <see cref="ErrorRate"/> for zeros and ones, else for normal values. An update costs a pass over the window; of zeros and ones only where
/// the evidence may be enough. Equal evidence of zeros and ones is ordered by the errors in the window, up to 1e-8 of a nat.
/// </summary>
public sealed partial class GlrCusum : StreamDetector<GlrCusum>
{
    private Baseline _baseline;
    private double[] _past = [];
    private int _at, _filled;
    private double _total, _highest;

    /// <summary>Evidence h, in nats, above which it is a drift; 10.</summary>
    public double Threshold { get; init => field = Setting.Positive(value, "10"); } = 10;

    /// <summary>Change points looked at: the latest ones; 256.</summary>
    public int Window { get; init => field = Setting.Whole(value, 2, 4_096, "256"); } = 256;

    /// <summary>The error rate while nothing changes, for streams of 0 and 1; null for normal values.</summary>
    public double? ErrorRate { get; init => field = value is { } rate ? Setting.Share(rate, "0.05") : null; }

    /// <summary>The mean while nothing changes, for normal values; null takes that of the first values.</summary>
    public double? Mean { get; init => field = Setting.Finite(value, "0"); }

    /// <summary>The standard deviation while nothing changes, for normal values; null takes that of the first values.</summary>
    public double? StandardDeviation { get; init => field = value is { } deviation ? Setting.Positive(deviation, "1") : null; }

    /// <summary>How many first values give mean and deviation where they are not known; 100.</summary>
    public int BaselineLength { get; init => field = Setting.Whole(value, 2, 1_000_000, "100"); } = 100;

    /// <summary>Changes to look for; both.</summary>
    public ChangeDirection Direction { get; init; } = ChangeDirection.Both;

    private protected override double Level => Threshold;

    internal override double RunsWorth => 3e8;

    private protected override ValueDomain Domain => ErrorRate is null ? ValueDomain.Finite : ValueDomain.Binary;

    private protected override GlrCusum At(double level, StreamLaw law) => law.IsBinary
        ? new() { Threshold = level, Window = Window, ErrorRate = law.Mean, Direction = Direction, Strict = Strict }
        : new()
        {
            Threshold = level, Window = Window, Mean = law.Mean, StandardDeviation = law.StandardDeviation, BaselineLength = BaselineLength, Direction = Direction, Strict = Strict,
        };

    private protected override void Detach() => _past = [];

    private protected override void Begin()
    {
        SetLevels(Threshold);
        if (_past.Length == 0)
        {
            MakeTables();
        }

        _baseline = ErrorRate is { } rate ? new Baseline(rate, 1, BaselineLength) : new Baseline(Mean, StandardDeviation, BaselineLength);
        (_at, _filled, _total, _mostUp, _mostDown, _highest) = (_past.Length, 0, 0, 0, 0, double.NegativeInfinity);
    }

    private protected override double Advance(double value) => Advance(value, Threshold);

    /// <summary>The score where it is a new highest one, something lower elsewhere.</summary>
    internal override double Score(double value)
    {
        Start();
        double score = Advance(value, _highest);
        if (score > _highest)
        {
            _highest = score;
        }

        return score;
    }

    private double Advance(double value, double level)
    {
        if (!_baseline.IsReady)
        {
            _baseline.Take(value);
            return double.NaN;
        }

        // _past holds the sums before the latest values, from _at on, the newest first; it moves down and is copied up when it meets the
        // start.
        if (_at == 0)
        {
            int kept = Math.Min(_filled, Window - 1);
            Array.Copy(_past, 0, _past, _past.Length - kept, kept);
            _at = _past.Length - kept;
        }

        _past[--_at] = _total;
        _filled = Math.Min(_filled + 1, Window);
        _total += ErrorRate is null ? value - _baseline.Mean : value;
        ReadOnlySpan<double> past = _past.AsSpan(_at, _filled);
        return ErrorRate is null ? OfNormal(past) : OfErrors(past, value, level);
    }

    private protected override void Transfer(DetectorState state)
    {
        _baseline.Transfer(state);
        state.Value(ref _at, 0, _past.Length);
        state.Value(ref _filled, 0, Math.Min(Window, _past.Length - _at));
        state.Value(ref _total);
        state.Values(_past.AsSpan(_at, _filled));
        (_mostUp, _mostDown) = (double.PositiveInfinity, double.PositiveInfinity);
    }

    private protected override string Describe() => Text(
        $"GlrCusum(Threshold {Threshold}, Window {Window}, ErrorRate {ErrorRate}, Mean {Mean}, StandardDeviation {StandardDeviation}, BaselineLength {BaselineLength}, {Direction})");
}
