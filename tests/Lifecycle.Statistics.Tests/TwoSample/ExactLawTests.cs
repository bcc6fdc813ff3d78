namespace Lifecycle.Statistics.Tests;

public class ExactLawTests
{
    private static readonly double[] A = [1.2, .7, 3.1, 2.2, .4, 1.9, 2.8, 1.1, .9, 2.5];
    private static readonly double[] B = [2.4, 3.3, 1.8, 4.1, 2.9, 3.7, 1.6, 2.1, 4.4, 3.0, 2.6, 3.9];

    [Theory]
    [InlineData(4, 4)]
    [InlineData(5, 3)]
    [InlineData(2, 9)]
    [InlineData(6, 8)]
    public void Lattice_paths_equal_the_listing_of_all_orders(int n, int m)
    {
        foreach (Alternative side in Enum.GetValues<Alternative>())
        {
            for (long d = 0; d <= n * m; d++)
            {
                // The closed form of equal sizes knows distances as multiples of n only.
                if (n != m || d % n == 0)
                {
                    Close.Relative(Naive.ExactReach(n, m, d, side), Math.Exp(LatticePaths.LogPValue(n, m, d, side, [])), 1e-12, $"{n} {m} {d} {side}");
                }
            }
        }
    }

    [Fact]
    public void Tie_rules_give_the_constants_of_the_page()
    {
        double[] a = [1, 2, 2, 3, 5], b = [2, 4, 4, 5, 6, 6];
        TestResult ignored = KolmogorovSmirnov.Test(a, b, method: PValueMethod.Exact);
        Close.Relative(19 / 30.0, ignored.Statistic, 1e-14);
        Close.Relative(.17748917748917747, ignored.PValue, 1e-12);
        Close.Relative(1 / 7.0, KolmogorovSmirnov.Test(a, b, method: PValueMethod.Exact, ties: TieRule.Conditional).PValue, 1e-12);
    }

    [Fact]
    public void Tails_beyond_doubles_have_a_finite_logarithm()
    {
        double equal = LatticePaths.LogPValue(3000, 3000, 3000 * 3000, Alternative.TwoSided, []);
        Close.Relative(Math.Log(2) - SpecialFunctions.LogBinomial(6000, 3000), equal, 1e-12);
        double unequal = LatticePaths.LogPValue(3000, 2999, 3000L * 2999, Alternative.TwoSided, []);
        Close.Relative(Math.Log(2) - SpecialFunctions.LogBinomial(5999, 3000), unequal, 1e-9);
        double one = LatticePaths.LogPValue(2000, 1000, 2000 * 800, Alternative.Greater, []);
        double asymptotic = KolmogorovDistribution.LogOneSided(667, 0.8);
        Assert.InRange(one / asymptotic, 0.8, 1.6);
    }

    [Fact]
    public void Tilted_walk_agrees_with_the_plain_one_where_both_reach()
    {
        double plain = LatticePaths.LogPValue(300, 200, 40_000, Alternative.Greater, []);
        bool[] looks = [.. Enumerable.Repeat(true, 500)];
        Close.Relative(plain, LatticePaths.LogPValue(300, 200, 40_000, Alternative.Greater, looks), 1e-12);
        double tilt = 4.0 * 40_000 / (300.0 * 200 * 500);
        Close.Relative(plain, LatticePaths.Walk(300, 200, 40_000, Alternative.Greater, [], tilt), 1e-12);
        Close.Relative(
            LatticePaths.Walk(300, 200, 40_000, Alternative.Less, [], 0), LatticePaths.Walk(300, 200, 40_000, Alternative.Less, [], -tilt), 1e-12);
    }

    [Fact]
    public void Mann_Whitney_exact_agrees()
    {
        TestResult test = MannWhitney.Test(A, B, method: PValueMethod.Exact);
        Assert.Equal(21, test.Statistic);
        Close.Relative(.00895698728516066, test.PValue, 1e-12);
        Assert.Equal(PValueMethod.Exact, MannWhitney.Test(A.AsSpan(0, 5), B).Method);
        Close.Relative(1 / 20.0, MannWhitney.Test((double[])[1, 2, 3], [4, 5, 6], Alternative.Less).PValue, 1e-13);
        Close.Relative(1, MannWhitney.Test((double[])[1, 2, 3], [4, 5, 6], Alternative.Greater).PValue, 1e-13);
    }

    [Fact]
    public void Complete_separation_of_large_samples_reports_the_lattice_value()
    {
        double[] low = [.. Enumerable.Range(0, 20_000).Select(i => (double)i)], high = [.. low.Select(x => x + 1e6)];
        TestResult test = KolmogorovSmirnov.Test(low, high);
        Assert.Equal(PValueMethod.Asymptotic, test.Method);
        Assert.Equal(double.Epsilon, test.PValue);
        Close.Relative(Math.Log(2) - SpecialFunctions.LogBinomial(40_000, 20_000), test.LogPValue, 1e-12);
    }
}
