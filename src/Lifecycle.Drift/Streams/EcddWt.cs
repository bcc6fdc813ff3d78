namespace Lifecycle.Drift;

/// <summary>
/// EWMA for Concept Drift Detection (Ross, Adams, Tasoulis and Hand 2012): a moving average of errors against the error rate of the whole
/// stream, alarm above L of its standard
/// deviations. L follows the error rate by the polynomials of the paper, for a run length of 100, 400 or 1,000, or is fixed by
/// <see cref="Limit"/>. Takes 0 and 1.
/// </summary>
public sealed class EcddWt : StreamDetector<EcddWt>
{
    private long _n;
    private double _p, _z, _decay;

    /// <summary>Weight λ of the newest value; 0.2, for which the polynomials were made.</summary>
    public double Weight { get; init => field = Setting.Share(value, "0.2"); } = 0.2;

    /// <summary>Run length whose polynomial gives L: 100, 400 (default) or 1,000. The polynomials hold for error rates up to about
    /// 0.3.</summary>
    public int PaperRunLength
    {
        get;
        init => field = value is 100 or 400 or 1000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(PaperRunLength), value, "The paper has polynomials for run lengths of 100, 400 and 1000; others come from ForRunLength.");
    }

    = 400;

    /// <summary>A fixed L; null (default) for the polynomial.</summary>
    public double? Limit { get; init => field = value is { } limit ? Setting.Positive(limit, "2.5") : null; }

    /// <summary>Share of L that is a warning; 0.5.</summary>
    public double WarningShare { get; init => field = Setting.Factor(value, "0.5"); } = 0.5;

    /// <summary>Values before the first judgement; 30.</summary>
    public int WarmUp { get; init => field = Setting.Whole(value, 1, 1_000_000, "30"); } = 30;

    private protected override double Level => Limit ?? double.NaN;

    internal override bool HasPositiveLevel => true;

    private protected override ValueDomain Domain => ValueDomain.Binary;

    private protected override EcddWt At(double level, StreamLaw law) => new()
    {
        Weight = Weight, PaperRunLength = PaperRunLength, Limit = double.IsNaN(level) ? null : level, WarningShare = WarningShare, WarmUp = WarmUp, Strict = Strict,
    };

    private protected override void Begin()
    {
        (_n, _p, _z, _decay) = (0, 0, 0, 1);
        if (Limit is { } limit)
        {
            SetLevels(limit, limit * WarningShare);
        }
    }

    private protected override double Advance(double value)
    {
        _n++;
        _p += (value - _p) / _n;
        _z += Weight * (value - _z);
        _decay *= (1 - Weight) * (1 - Weight);
        if (_n < WarmUp)
        {
            return double.NaN;
        }

        if (Limit is null)
        {
            double limit = Polynomial(_p);
            SetLevels(limit, limit * WarningShare);
        }

        return (_z - _p) / Math.Sqrt(_p * (1 - _p) * Weight / (2 - Weight) * (1 - _decay));
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Value(ref _n);
        state.Value(ref _p);
        state.Value(ref _z);
        state.Value(ref _decay);
    }

    private protected override string Describe() => Text(
        $"EcddWt(Weight {Weight}, {(Limit is { } limit ? Text($"Limit {limit}") : Text($"PaperRunLength {PaperRunLength}"))}, WarningShare {WarningShare}, WarmUp {WarmUp})");

    private double Polynomial(double p)
    {
        double p3 = p * p * p, p5 = p3 * p * p, p7 = p5 * p * p;
        return PaperRunLength switch
        {
            100 => 2.76 - 6.23 * p + 18.12 * p3 - 312.45 * p5 + 1002.18 * p7,
            1000 => 1.17 + 7.56 * p - 21.24 * p3 + 112.12 * p5 - 987.23 * p7,
            _ => 3.97 - 6.56 * p + 48.73 * p3 - 330.13 * p5 + 848.18 * p7,
        };
    }
}
