namespace Lifecycle.Drift;

/// <summary>
/// Reactive Drift Detection Method (Barros, Cabral, Gonçalves and Santos 2017): DDM that forgets. After a drift it learns again from the
/// values since the warning; a warning of
/// <see cref="WarningLimit"/> values is a drift; a concept of more than <see cref="LongestConcept"/> values is learned again from the
/// latest <see cref="StableConcept"/>. Takes 0 and 1.
/// </summary>
public sealed partial class Rddm : StreamDetector<Rddm>
{
    private byte[] _ring = [];
    private int _first, _last, _stored, _warnedAt;
    private long _n, _seen, _warnedSince;
    private double _p, _leastSum, _leastP, _leastS;
    private bool _isReplay;

    /// <summary>Standard deviations above the minimum that are a drift; 2.258.</summary>
    public double Drift { get; init => field = Setting.Positive(value, "2.258"); } = 2.258;

    /// <summary>Standard deviations above the minimum that are a warning; 1.773.</summary>
    public double Warning { get; init => field = Setting.Positive(value, "1.773"); } = 1.773;

    /// <summary>Values before the first judgement; 129.</summary>
    public int WarmUp { get; init => field = Setting.Whole(value, 1, 1_000_000, "129"); } = 129;

    /// <summary>Values after which a concept is learned again from the ring; 40,000.</summary>
    public int LongestConcept { get; init => field = Setting.Whole(value, 1, int.MaxValue, "40000"); } = 40_000;

    /// <summary>Latest values that are kept; 7,000, one byte each.</summary>
    public int StableConcept { get; init => field = Setting.Whole(value, 1, 1_000_000, "7000"); } = 7_000;

    /// <summary>Values in a row at warning that are a drift; 1,400.</summary>
    public int WarningLimit { get; init => field = Setting.Whole(value, 1, int.MaxValue, "1400"); } = 1_400;

    private protected override double Level => Drift;

    private protected override ValueDomain Domain => ValueDomain.Binary;

    private protected override bool IsLevelFree => false;

    private protected override Rddm At(double level, StreamLaw law) => new()
    {
        Drift = level, Warning = Math.Min(level, level * Warning / Drift), WarmUp = WarmUp, LongestConcept = LongestConcept, StableConcept = StableConcept, WarningLimit = WarningLimit, Strict = Strict,
    };

    private protected override void Detach() => _ring = [];

    private protected override void RequireSettings() =>
        Setting.AtMost(Warning, Drift, nameof(Warning), nameof(Drift), "Warning = 1.773, Drift = 2.258");

    private protected override void Begin()
    {
        RequireSettings();
        if (_ring.Length == 0)
        {
            _ring = new byte[StableConcept];
        }

        SetLevels(Drift, Warning);
        (_first, _last, _stored, _warnedAt, _warnedSince, _seen) = (0, -1, 0, -1, -1, 0);
        (_n, _p, _isReplay) = (1, 1, false);
        _leastSum = _leastP = _leastS = double.PositiveInfinity;
    }

    private protected override void AfterDrift()
    {
        _leastSum = _leastP = _leastS = double.PositiveInfinity;
        Replay(takesMinimum: true);
    }

    private protected override double Advance(double value)
    {
        if (_isReplay)
        {
            Replay(takesMinimum: false);
        }

        Store((byte)value);
        _p += (value - _p) / _n;
        double s = Math.Sqrt(_p * (1 - _p) / _n), sum = _p + s;
        _seen++;
        _n++;
        if (_n <= WarmUp)
        {
            return double.NaN;
        }

        if (sum < _leastSum)
        {
            (_leastSum, _leastP, _leastS) = (sum, _p, s);
        }

        return Judge(sum);
    }

    private double Judge(double sum)
    {
        if (sum > _leastP + Drift * _leastS)
        {
            if (_warnedSince < 0)
            {
                (_first, _stored) = (_last, 1);
            }

            return double.PositiveInfinity;
        }

        if (sum > _leastP + Warning * _leastS)
        {
            if (_warnedSince >= 0 && _warnedSince + WarningLimit <= _seen)
            {
                (_first, _stored, _warnedAt, _warnedSince) = (_last, 1, -1, -1);
                return double.PositiveInfinity;
            }

            if (_warnedSince < 0)
            {
                (_warnedSince, _warnedAt) = (_seen, _last);
            }

            return Drift;
        }

        (_warnedSince, _warnedAt) = (-1, -1);
        _isReplay = _n > LongestConcept;
        return double.NaN;
    }

    private protected override string Describe() => Text(
        $"Rddm(Drift {Drift}, Warning {Warning}, WarmUp {WarmUp}, LongestConcept {LongestConcept}, StableConcept {StableConcept}, WarningLimit {WarningLimit})");
}
