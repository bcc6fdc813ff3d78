namespace Lifecycle.Drift;

/// <summary>
/// Bayesian online changepoint detection (Adams and MacKay 2007): keeps the probability of each time since the last change; alarms when
/// the most probable one falls to half or
/// less. Numbers follow a normal law of unknown mean and variance (Normal-Gamma prior), errors a Bernoulli law (<see cref="IsBinary"/>,
/// Beta prior). Run lengths of less than 1e-6 of the
/// mass are dropped and at most 512 are kept, so an update takes constant time and memory however long the stream; it is still the
/// dearest detector here.
/// </summary>
public sealed partial class Bocd : StreamDetector<Bocd>
{
    private const int Most = 512;
    private const double Negligible = 1e-6;

    private double[] _mass = new double[Places], _mean = new double[Places], _spread = new double[Places], _length = new double[Places], _ratio = new double[Places];
    private int _kept;
    private long _mostProbable;

    /// <summary>Prior probability of a change at each value; 0.01.</summary>
    public double Hazard { get; init => field = Setting.Share(value, "0.01"); } = 0.01;

    /// <summary>Whether values are 0 and 1; off.</summary>
    public bool IsBinary { get; init; }

    /// <summary>Prior mean of a number; 0.</summary>
    public double PriorMean { get; init => field = double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(PriorMean), value, "PriorMean is a finite number, for example 0."); }

    /// <summary>Prior standard deviation of a number: the scale of the values; 1.</summary>
    public double PriorScale { get; init => field = Setting.Positive(value, "1"); } = 1;

    /// <summary>Shortest most probable run length whose fall is a drift; 10. Below it nothing is known that could have changed.</summary>
    public int ShortestRun { get; init => field = Setting.Whole(value, 1, 1_000_000, "10"); } = 10;

    /// <summary>The most probable number of values since the last change.</summary>
    public long MostProbableRunLength => _mostProbable;

    // -ln hazard.
    private protected override double Level => -Math.Log(Hazard);

    // A hazard of 0.05: with more of it no run ever becomes probable.
    internal override double FirstLevel => 3;

    internal override double RunsWorth => 5e6;

    private protected override ValueDomain Domain => IsBinary ? ValueDomain.Binary : ValueDomain.Finite;

    private protected override bool IsLevelFree => false;

    private protected override Bocd At(double level, StreamLaw law) => new()
    {
        Hazard = Math.Clamp(Math.Exp(-level), double.Epsilon, Math.BitDecrement(1.0)), IsBinary = law.IsBinary, PriorMean = law.IsBinary ? 0 : law.Mean,
        PriorScale = law.IsBinary ? 1 : law.StandardDeviation, ShortestRun = ShortestRun, Strict = Strict,
    };

    private protected override void Detach() =>
        (_mass, _mean, _spread, _length, _ratio) = (new double[Places], new double[Places], new double[Places], new double[Places], new double[Places]);

    private protected override void Begin()
    {
        SetLevels(0);
        (_kept, _mostProbable) = (1, 0);
        _mass.AsSpan().Clear();
        (_mass[0], _length[0], _mean[0], _spread[0], _ratio[0]) = (1, 0, IsBinary ? 0 : PriorMean, 0, GammaRatios[0]);
    }

    private protected override double Advance(double value)
    {
        double total = Weigh(value);
        if (!(total > 0))
        {
            // The value is impossible under every run length, to the last digit: only a change explains it.
            Begin();
            return double.PositiveInfinity;
        }

        long before = _mostProbable;
        Grow(value, total);
        return before >= ShortestRun && _mostProbable <= before / 2 ? double.PositiveInfinity : double.NaN;
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Value(ref _kept, 1, Most);
        state.Value(ref _mostProbable);
        state.Values(_mass.AsSpan(0, _kept));
        state.Values(_mean.AsSpan(0, _kept));
        state.Values(_spread.AsSpan(0, _kept));
        for (int i = 0; i < _kept; i++)
        {
            long length = (long)_length[i];
            state.Value(ref length);
            DetectorState.Require(length is >= 0 and < 1L << 53, "a run has a length that no stream reaches");
            _length[i] = length;
            _ratio[i] = GammaRatio(length);
        }

        _mass.AsSpan(_kept).Clear();
    }

    private protected override string Describe() =>
        Text($"Bocd(Hazard {Hazard}, IsBinary {IsBinary}, PriorMean {PriorMean}, PriorScale {PriorScale}, ShortestRun {ShortestRun})");
}
