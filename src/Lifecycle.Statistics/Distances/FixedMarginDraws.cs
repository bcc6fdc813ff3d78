namespace Lifecycle.Statistics;

/// <summary>Distances of random 2 x B tables that have both margins of a given one: n balls of one row, m of the other, dealt over the same bins.</summary>
internal sealed class FixedMarginDraws
{
    // Draws that equal the observed table up to the order of its bins differ from it by rounding only.
    private const double Alike = 1e-11;

    private readonly double[] _observed;
    private readonly int[] _reached;
    private readonly CompensatedSum[] _means;
    private readonly int _bins, _draws;

    public FixedMarginDraws(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, ReadOnlySpan<BinMeasure> measures, ulong seed, int draws)
    {
        (long n, long m) = BinShares.Require(reference, current);
        (_bins, _draws) = (reference.Length, draws);
        _observed = new double[measures.Length];
        _reached = new int[measures.Length];
        _means = new CompensatedSum[measures.Length];
        long[] pooled = new long[_bins], a = new long[_bins], c = new long[_bins];
        for (int b = 0; b < _bins; b++)
        {
            pooled[b] = reference[b] + current[b];
        }

        for (int k = 0; k < measures.Length; k++)
        {
            _observed[k] = BinTerms.Value(measures[k], reference, current, n, m);
        }

        for (int i = 0; i < draws; i++)
        {
            Interruption.Look();
            Deal(new RandomStream(seed, (ulong)i), pooled, m, a, c);
            for (int k = 0; k < measures.Length; k++)
            {
                double value = BinTerms.Value(measures[k], a, c, n, m);
                _reached[k] += value >= _observed[k] * (1 - Alike) ? 1 : 0;
                _means[k].Add(value);
            }
        }
    }

    /// <summary>The distance of measure k; without a known bias the mean over the tables is taken off.</summary>
    public BinDistance Judge(int k, double? corrected)
    {
        double p = (1.0 + _reached[k]) / (_draws + 1.0);
        double value = _observed[k], left = corrected ?? Math.Max(0, value - _means[k].Value / _draws);
        return new BinDistance(value, left, p, Math.Log(p), _bins, DistanceLaw.Tables);
    }

    private static void Deal(RandomStream random, long[] pooled, long second, long[] a, long[] c)
    {
        long rest = 0;
        foreach (long count in pooled)
        {
            rest += count;
        }

        for (int b = 0; b < pooled.Length; b++)
        {
            rest -= pooled[b];
            c[b] = HypergeometricSampler.Next(random, pooled[b], rest, second);
            a[b] = pooled[b] - c[b];
            second -= c[b];
        }
    }
}
