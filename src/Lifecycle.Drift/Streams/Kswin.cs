using System.Collections.Concurrent;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Kolmogorov-Smirnov windowing (Raab, Heusinger and Schleif 2020): the latest values against as many drawn without replacement from the
/// older part of a window, by the exact
/// two-sample test. Sees changes of shape as well as of the mean. Takes any finite numbers. The draws are seeded: same seed and values,
/// same signals. Run lengths on numbers can be chosen up to 10,000, on errors up to a million.
/// </summary>
public sealed partial class Kswin : StreamDetector<Kswin>
{
    private const double LeastDistance = 0.1;

    private static readonly ConcurrentDictionary<int, double[]> ScoresBySize = new();

    private double[] _ring = [], _recent = [], _drawn = [], _scores = [];
    private int[] _pool = [];
    private int _at;
    private int _filled;
    private RandomStream _random = new();
    private Func<int, int>? _below;

    /// <summary>p-value of the test that is a drift; 0.005. One test is made for each value, so false alarms are frequent.</summary>
    public double Alpha { get; init => field = Setting.Share(value, "0.005"); } = 0.005;

    /// <summary>Values in the window; 100.</summary>
    public int Window { get; init => field = Setting.Whole(value, 4, 10_000, "100"); } = 100;

    /// <summary>How many of them are the latest values; 30, at most half of the window.</summary>
    public int Recent { get; init => field = Setting.Whole(value, 2, 5_000, "30"); } = 30;

    /// <summary>Seed of the draws; they begin anew at each reset.</summary>
    public ulong Seed { get; init; } = RandomStream.DefaultSeed;

    /// <summary>Opens another source of whole numbers below a bound; for streams recorded with another generator.</summary>
    internal Func<Func<int, int>>? Draws { get; init; }

    internal override double RunsWorth => _isOfErrors ? 5e8 : 5e6;

    // -ln α; the score is -ln p.
    private protected override double Level => -Math.Log(Alpha);

    internal override bool HasCoarseScore => true;

    private protected override ValueDomain Domain => ValueDomain.Finite;

    private protected override Kswin At(double level, StreamLaw law) =>
        new() { Alpha = Math.Clamp(Math.Exp(-level), double.Epsilon, Math.BitDecrement(1.0)), Window = Window, Recent = Recent, Seed = Seed, Draws = Draws, Strict = Strict, _isOfErrors = law.IsBinary };

    private protected override Kswin? Resized(int step, StreamLaw law)
    {
        int recent = Recent + step;
        return recent < 8 || recent > Window / 2 || Math.Abs(step) > Math.Min(15, Recent / 2)
            ? null
            : new() { Alpha = Alpha, Window = Window, Recent = recent, Seed = Seed, Draws = Draws, Strict = Strict };
    }

    private protected override void Detach() => (_ring, _random) = ([], new RandomStream(Seed));

    private protected override void RequireSettings() =>
        Setting.AtMost(Recent, Window / 2, nameof(Recent), "half of Window", "Window = 100, Recent = 30");

    private protected override void Begin()
    {
        RequireSettings();
        SetLevels(Math.BitDecrement(Level));
        if (_ring.Length == 0)
        {
            _ring = new double[Window];
            _recent = new double[Recent];
            _drawn = new double[Recent];
            _pool = new int[Window - Recent];
            _scores = ScoresBySize.GetOrAdd(Recent, ScoresOf);
        }

        (_filled, _at) = (0, 0);
        _random.Reopen(Seed);
        _below = Draws?.Invoke();
    }

    private protected override double Advance(double value)
    {
        _ring[_at] = value;
        _at = _at + 1 == _ring.Length ? 0 : _at + 1;
        _filled = Math.Min(_filled + 1, _ring.Length);
        if (_filled < _ring.Length)
        {
            return double.NaN;
        }

        Draw();
        for (int i = 0; i < _recent.Length; i++)
        {
            _recent[i] = _ring[Place(_pool.Length + i)];
        }

        _recent.AsSpan().Sort();
        _drawn.AsSpan().Sort();
        return _scores[Reach()];
    }

    private void Draw()
    {
        for (int i = 0; i < _pool.Length; i++)
        {
            _pool[i] = i;
        }

        for (int i = 0; i < _drawn.Length; i++)
        {
            int left = _pool.Length - i, j = Below(left);
            _drawn[i] = _ring[Place(_pool[j])];
            _pool[j] = _pool[left - 1];
        }
    }

    private int Below(int bound) => _below is null ? _random.NextBelow(bound) : _below(bound);

    // The oldest value has place 0.
    private int Place(int index) => _at + index < _ring.Length ? _at + index : _at + index - _ring.Length;

    /// <summary>The largest difference of the two empirical distributions, in steps of one value.</summary>
    private int Reach()
    {
        int i = 0, j = 0, reach = 0, count = _recent.Length;
        while (i < count && j < count)
        {
            double value = Math.Min(_recent[i], _drawn[j]);
            while (i < count && _recent[i] == value)
            {
                i++;
            }

            while (j < count && _drawn[j] == value)
            {
                j++;
            }

            reach = Math.Max(reach, Math.Abs(i - j));
        }

        return reach;
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Values(_ring);
        state.Value(ref _at, 0, _ring.Length - 1);
        state.Value(ref _filled, 0, _ring.Length);
        (ulong first, ulong second, ulong third, ulong fourth) = _random.Position();
        state.Value(ref first);
        state.Value(ref second);
        state.Value(ref third);
        state.Value(ref fourth);
        _random.Resume((first, second, third, fourth));
    }

    private protected override string Describe() => Text($"Kswin(Alpha {Alpha}, Window {Window}, Recent {Recent}, Seed {Seed})");

    /// <summary>-ln p of each possible distance; distances up to 0.1 never alarm.</summary>
    private static double[] ScoresOf(int count)
    {
        double[] scores = new double[count + 1];
        double[] first = new double[count], second = new double[count];
        for (int reach = 0; reach <= count; reach++)
        {
            for (int i = 0; i < count; i++)
            {
                (first[i], second[i]) = (i, i + reach);
            }

            scores[reach] = (double)reach / count > LeastDistance
                ? -KolmogorovSmirnov.Test(first, second, method: PValueMethod.Exact).LogPValue
                : double.NegativeInfinity;
        }

        return scores;
    }
}
