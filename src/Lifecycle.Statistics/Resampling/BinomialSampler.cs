namespace Lifecycle.Statistics;

/// <summary>
/// Draws binomial counts: by inversion while n·min(p, 1-p) &lt; 10, else by transformed rejection (BTRS, Hörmann 1993);
/// p above one half is mirrored. The constants of (n, p) are computed once, here.
/// </summary>
public readonly partial struct BinomialSampler
{
    private readonly long _n;
    private readonly bool _mirrored;
    private readonly double _p, _zero, _a, _b, _c, _alpha, _vr, _mode, _modeTerm;

    /// <summary>Prepares draws of Binomial(n, p).</summary>
    /// <param name="n">Trials, at least 0.</param>
    /// <param name="p">Probability of a success, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="n"/> is negative or <paramref name="p"/> lies outside [0, 1].
    /// </exception>
    public BinomialSampler(long n, double p)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        Probability.ThrowIfOutside(p);
        _n = n;
        _mirrored = p > 0.5;
        _p = _mirrored ? 1 - p : p;
        if (n * _p < 10)
        {
            _zero = Math.Exp(n * SpecialFunctions.Log1p(-_p));
            return;
        }

        double spread = Math.Sqrt(n * _p * (1 - _p));
        _b = 1.15 + 2.53 * spread;
        _a = -0.0873 + 0.0248 * _b + 0.01 * _p;
        _c = n * _p + 0.5;
        _vr = 0.92 - 4.2 / _b;
        _alpha = (2.83 + 5.1 / _b) * spread;
        _mode = Math.Floor((n + 1) * _p);
        _modeTerm = SpecialFunctions.LogBinomialTerm(_mode, n - _mode, _p, 1 - _p);
    }

    /// <summary>Draws one count from a stream.</summary>
    /// <param name="random">Where the randomness comes from.</param>
    /// <returns>A count in [0, n].</returns>
    public long Next(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (_n == 0 || _p == 0)
        {
            return _mirrored ? _n : 0;
        }

        long draw = _b == 0 ? Invert(random) : Reject(random);
        return _mirrored ? _n - draw : draw;
    }

    private long Invert(RandomStream random) => Invert(_n, _p, _zero, random);

    private static long Invert(long n, double p, double zero, RandomStream random)
    {
        double odds = p / (1 - p);
        while (true)
        {
            double u = random.NextDouble(), term = zero;
            for (long k = 0; k <= n; k++)
            {
                if (u < term)
                {
                    return k;
                }

                u -= term;
                term *= odds * (n - k) / (k + 1);
            }
        }
    }

    private long Reject(RandomStream random)
    {
        while (true)
        {
            double u = random.NextDouble() - 0.5, v = 1 - random.NextDouble();
            double us = 0.5 - Math.Abs(u);
            double k = Math.Floor((2 * _a / us + _b) * u + _c);
            if (us >= 0.07 && v <= _vr)
            {
                return (long)k;
            }

            if (k < 0 || k > _n)
            {
                continue;
            }

            v *= _alpha / (_a / (us * us) + _b);
            if (Squeeze(k, v, _mode, _n, _p) is { } isBelow)
            {
                if (isBelow)
                {
                    return (long)k;
                }

                continue;
            }

            if (Math.Log(v) <= SpecialFunctions.LogBinomialTerm(k, _n - k, _p, 1 - _p) - _modeTerm)
            {
                return (long)k;
            }
        }
    }
}
