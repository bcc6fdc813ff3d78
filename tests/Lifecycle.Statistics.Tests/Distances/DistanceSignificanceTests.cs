namespace Lifecycle.Statistics.Tests;

public class DistanceSignificanceTests
{
    private static readonly BinMeasure[] All = Enum.GetValues<BinMeasure>();

    [Fact]
    public void Permutation_p_has_plus_one()
    {
        // Nothing drawn reaches these: the least p-value is 1/(R + 1), never 0.
        double[] low = [.. Enumerable.Range(0, 200).Select(k => k * 1.0)], high = [.. low.Select(v => v + 1000)];
        (SampleDistance wasserstein, SampleDistance energy) = DistanceSignificance.OfSamples(new SortedSample(low), new SortedSample(high));
        Assert.Equal((1 / 5000.0, DistanceLaw.Permutation, 4999), (wasserstein.PValue, wasserstein.Law, wasserstein.Draws));
        Assert.Equal((1 / 5000.0, Math.Log(1 / 5000.0)), (energy.PValue, energy.LogPValue));

        double[] many = [.. Enumerable.Range(0, 300).Select(k => k * 1.0)];
        SampleDistance bridges = Wasserstein.Compare(new SortedSample(many), new SortedSample([.. many.Select(v => v + 1000)]));
        Assert.Equal((1 / 5000.0, DistanceLaw.Bridges), (bridges.PValue, bridges.Law));

        BinDistance tables = TotalVariation.Compare([500, 0, 10], [0, 500, 10]);
        Assert.Equal((1 / 10_000.0, DistanceLaw.Tables), (tables.PValue, tables.Law));
        Assert.Equal(1 / 10_000.0, LInfinity.Compare([500, 0, 10], [0, 500, 10]).PValue);
        Assert.Equal(1, Wasserstein.Compare(new SortedSample(low), new SortedSample(low)).PValue);
        Assert.Equal(1, LInfinity.Compare([5, 5], [5, 5]).PValue);
        Assert.Equal(1, TotalVariation.Compare([5], [9]).PValue);
    }

    [Fact]
    public void Permutation_p_is_that_of_all_assignments()
    {
        double[] a = [1, 2, 2, 5, 7.5, 9], b = [2, 3, 3.5, 8, 20, 21, 22];
        double[] pooled = [.. a, .. b];
        int size = pooled.Length, all = 0, far = 0, strong = 0;
        double w = Naive.Wasserstein(a, b), e = EnergyDistance.Distance(a, b);
        for (int subset = 0; subset < 1 << size; subset++)
        {
            if (int.PopCount(subset) != a.Length)
            {
                continue;
            }

            double[] first = [.. pooled.Where((_, i) => (subset >> i & 1) == 1)], second = [.. pooled.Where((_, i) => (subset >> i & 1) == 0)];
            all++;
            far += Wasserstein.Distance(first, second) >= w * (1 - 1e-10) ? 1 : 0;
            strong += EnergyDistance.Distance(first, second) >= e * (1 - 1e-10) ? 1 : 0;
        }

        (SampleDistance wasserstein, SampleDistance energy) = DistanceSignificance.OfSamples(new SortedSample(a), new SortedSample(b), 5, 40_000);
        Close.Absolute((double)far / all, wasserstein.PValue, 0.012);
        Close.Absolute((double)strong / all, energy.PValue, 0.012);
        Close.Relative(w, wasserstein.Value, 1e-13);
        Close.Relative(e, energy.Value, 1e-13);
    }

    [Fact]
    public void Tables_have_the_hypergeometric_law()
    {
        // Two bins: the exact law of the table is that of Fisher's test; total variation and L-infinity order tables by |a - mean|.
        long[] x = [30, 70], y = [18, 22];
        double mean = 40 * 48 / 140.0, exact = 0;
        for (long k = 0; k <= 40; k++)
        {
            exact += Math.Abs(k - mean) >= Math.Abs(18 - mean) - 1e-9 ? Math.Exp(HypergeometricDistribution.LogProbability(k, 48, 92, 40)) : 0;
        }

        Assert.All([TotalVariation.Compare(x, y), LInfinity.Compare(x, y)], d => Close.Absolute(exact, d.PValue, 4 * Math.Sqrt(exact * (1 - exact) / 9999)));
    }

    [Theory]
    [InlineData(8, 100, 30)]
    [InlineData(500, 4000, 300)]
    [InlineData(60, 40, 90)]
    [InlineData(20_000, 30_000, 10_000)]
    [InlineData(3_000_000, 2_000_000, 4_000_000)]
    [InlineData(5, 0, 3)]
    [InlineData(0, 5, 3)]
    public void Hypergeometric_draws_follow_their_law(long marked, long unmarked, long taken)
    {
        const int Draws = 20_000;
        double size = marked + unmarked, mean = taken * marked / size;
        double variance = size < 2 ? 0 : mean * (unmarked / size) * (size - taken) / (size - 1), sum = 0, squares = 0, fourth = 0;
        RandomStream random = new(3);
        for (int i = 0; i < Draws; i++)
        {
            long k = HypergeometricSampler.Next(random, marked, unmarked, taken);
            Assert.InRange(k, Math.Max(0, taken - unmarked), Math.Min(marked, taken));
            double off = k - mean;
            (sum, squares, fourth) = (sum + off, squares + off * off, fourth + off * off * off * off);
        }

        Close.Absolute(0, sum / Draws, 4.5 * Math.Sqrt(variance / Draws) + 1e-12);
        Close.Absolute(variance, squares / Draws, 4.5 * Math.Sqrt(Math.Max(0, fourth / Draws - variance * variance) / Draws) + 1e-9);
    }

    [Theory]
    [InlineData(30, 50, 25)]
    [InlineData(400, 700, 500)]
    [InlineData(9_000, 20_000, 40)]
    [InlineData(9_000, 20_000, 4_000)]
    public void Hypergeometric_draws_fill_their_cells(long marked, long unmarked, long taken)
    {
        // Pearson's statistic over the counts that are expected at least 20 times, in 20,000 draws.
        const int Draws = 20_000;
        RandomStream random = new(6);
        Dictionary<long, int> seen = [];
        for (int i = 0; i < Draws; i++)
        {
            long k = HypergeometricSampler.Next(random, marked, unmarked, taken);
            seen[k] = seen.GetValueOrDefault(k) + 1;
        }

        double statistic = 0;
        int cells = 0;
        for (long k = 0; k <= Math.Min(marked, taken); k++)
        {
            double expected = Draws * Math.Exp(HypergeometricDistribution.LogProbability(k, marked, unmarked, taken));
            if (expected >= 20)
            {
                statistic += Math.Pow(seen.GetValueOrDefault(k) - expected, 2) / expected;
                cells++;
            }
        }

        Assert.True(cells > 5);
        Assert.InRange(ChiSquaredDistribution.Survival(statistic, cells), 1e-4, 0.9999);
    }

    [Fact]
    public void Thin_bins_are_judged_by_tables_and_others_by_chi_squared()
    {
        long[] wide = [400, 400, 400], more = [100, 120, 95];
        Assert.False(DistanceSignificance.IsThin(wide, more));
        Assert.Equal(PopulationStabilityIndex.Compare(wide, more), DistanceSignificance.OfBins(BinMeasure.PopulationStabilityIndex, wide, more));
        long[] thin = [400, 400, 40], few = [40, 35, 9];
        Assert.True(DistanceSignificance.IsThin(thin, few));
        BinDistance[] judged = DistanceSignificance.OfBins(All, thin, few);
        Assert.All(judged, d => Assert.Equal(DistanceLaw.Tables, d.Law));
        Assert.Equal(KullbackLeibler.Compare(thin, few).Corrected, judged[(int)BinMeasure.KullbackLeibler].Corrected);
        Assert.Equal(judged, DistanceSignificance.OfBins(All, thin, few));
        Assert.NotEqual(judged[0].PValue, DistanceSignificance.OfBins(All[0], thin, few, 77).PValue);
        Assert.InRange(judged[(int)BinMeasure.TotalVariation].Corrected, 0, judged[(int)BinMeasure.TotalVariation].Value);
        Assert.Throws<ArgumentException>(() => DistanceSignificance.OfBins(BinMeasure.LInfinity, [1, 2], [1]));
        Assert.Throws<ArgumentException>(() => TotalVariation.Compare([0, 0], [1, 2]));
    }

    [Fact]
    public void Bridges_and_permutations_agree_where_they_meet()
    {
        double[] a = [.. Draw(256, 1, 0)], b = [.. Draw(400, 2, 0.2)];
        SortedSample first = new(a), second = new(b);
        (SampleDistance w, SampleDistance e) = DistanceSignificance.OfSamples(first, second);
        (SampleDistance bridgedW, SampleDistance bridgedE) = BridgeDraws.Of(656, 9, 4999).Judge(first, second);
        Assert.Equal(DistanceLaw.Permutation, w.Law);
        Close.Absolute(w.PValue, bridgedW.PValue, 0.03);
        Close.Absolute(e.PValue, bridgedE.PValue, 0.03);
        Assert.Equal((w.Value, e.Value), (bridgedW.Value, bridgedE.Value));
        Assert.Equal(w, DistanceSignificance.OfSamples(second, first).Wasserstein);
    }

    [Fact]
    public void Bridges_are_dense_in_the_tails_and_shared_between_like_sizes()
    {
        long[] ranks = BridgeDraws.Ranks(20_000);
        Assert.InRange(ranks.Length, 460, 475);
        Assert.InRange(BridgeDraws.Ranks(2000).Length, 310, 315);
        Assert.Equal(Enumerable.Range(1, 64).Select(r => (long)r), ranks[..64]);
        Assert.Equal(ranks.Select(r => 20_000 - r).Order(), ranks);
        Assert.Same(BridgeDraws.Of(20_000, 1, 99), BridgeDraws.Of(20_001, 1, 99));
        Assert.NotSame(BridgeDraws.Of(20_000, 1, 99), BridgeDraws.Of(20_000, 2, 99));
        Assert.NotSame(BridgeDraws.Of(20_000, 1, 99), BridgeDraws.Of(20_400, 1, 99));
    }

    [Fact]
    public void The_law_of_one_sample_gives_p_values_and_their_limits()
    {
        SortedSample reference = new([.. Draw(6000, 4, 0)]), current = new([.. Draw(900, 5, 0.06)]);
        DistanceNullLaw law = new(reference);
        (SampleDistance w, SampleDistance e) = DistanceSignificance.OfSamples(reference, current);
        Close.Absolute(w.PValue, law.WassersteinPValue(w.Value, 6000, 900), 0.02);
        Close.Absolute(e.PValue, law.EnergyPValue(e.Value, 900, 6000), 0.02);
        foreach (double level in (double[])[0.0002, 0.01, 0.05, 0.5])
        {
            double limit = law.CriticalWasserstein(level, 6000, 900), strong = law.CriticalEnergy(level, 6000, 900);
            Assert.InRange(law.WassersteinPValue(limit * (1 + 1e-12), 6000, 900), level - 1e-3, level + 1e-12);
            Assert.InRange(law.EnergyPValue(strong * (1 + 1e-12), 6000, 900), level - 1e-3, level + 1e-12);
            Assert.True(law.WassersteinPValue(limit * 0.99, 6000, 900) > level);
        }

        Assert.Equal((4999, 1.0), (law.ScaledEnergy.Length, law.WassersteinPValue(0, 5, 5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => law.CriticalEnergy(1e-4, 5, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => law.EnergyPValue(1, 0, 5));
        Assert.Throws<ArgumentException>(() => new DistanceNullLaw(new SortedSample((double[])[1])));
    }

    [Fact]
    public void Few_draws_and_wrong_numbers_of_them()
    {
        Assert.Equal(1 / 1001.0, DistanceSignificance.OfBins([BinMeasure.TotalVariation], [90, 0], [0, 90], 3, 1000)[0].PValue);
        Assert.Throws<ArgumentOutOfRangeException>(() => DistanceSignificance.OfBins([BinMeasure.LInfinity], [1, 2], [2, 1], 3, 0));
        SortedSample one = new((double[])[1, 2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => DistanceSignificance.OfSamples(one, one, 3, -1));
        Assert.Throws<ArgumentException>(() => DistanceSignificance.OfSamples(one, new SortedSample((double[])[double.NaN])));

        // Constant against constant: equal is certain, different as likely as one order among all.
        SortedSample ones = new((double[])[1, 1, 1]), twos = new((double[])[2, 2, 2]);
        Assert.Equal(1, DistanceSignificance.OfSamples(ones, ones).Wasserstein.PValue);
        Close.Absolute(0.1, DistanceSignificance.OfSamples(ones, twos).Wasserstein.PValue, 0.02);
    }

    private static IEnumerable<double> Draw(int count, ulong seed, double shift)
    {
        RandomStream random = new(seed);
        return Enumerable.Range(0, count).Select(_ => random.NextGaussian() + shift);
    }
}
