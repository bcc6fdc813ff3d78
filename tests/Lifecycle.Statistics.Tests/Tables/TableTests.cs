namespace Lifecycle.Statistics.Tests;

public class TableTests
{
    private static readonly long[] X = [120, 340, 260, 180, 100];
    private static readonly long[] Y = [90, 300, 310, 150, 150];

    [Fact]
    public void Constants_of_the_page_agree()
    {
        Close.Relative(23.898951925267713, ChiSquare.Test(X, Y).Test.Statistic, 1e-13);
        BinDistance psi = PopulationStabilityIndex.Compare(X, Y);
        Close.Relative(.047890316790356914, psi.Value, 1e-13);
        Close.Relative(8.192213292651878e-5, psi.PValue, 1e-9);
        Close.Relative(.048174423324123736, PopulationStabilityIndex.Raw(X, Y), 1e-13);
        Close.Relative(psi.Value - 4 * .002, psi.Corrected, 1e-12);
    }

    [Fact]
    public void Compas_chi_squared_of_selection_agrees()
    {
        // Selected and not, by sex and by race, from the printed counts.
        TableTest sex = ChiSquare.Test([[591, 804], [2726, 3093]], correction: false);
        Close.Relative(9.096246246649992, sex.Test.Statistic, 1e-12);
        Close.Relative(.0025613462580241723, sex.Test.PValue, 1e-10);
        TableTest race = ChiSquare.Test([[2174, 1522], [8, 24], [854, 1600], [190, 447], [12, 6], [79, 298]]);
        Assert.Equal(5, race.DegreesOfFreedom);
        Close.Relative(539.5577272334275, race.Test.Statistic, 1e-12);
    }

    [Fact]
    public void Tables_without_freedom_are_not_different()
    {
        Assert.Equal(1, ChiSquare.Test([5, 0, 0], [7, 0, 0]).Test.PValue);
        Assert.Equal(0, ChiSquare.Test([5, 0, 0], [7, 0, 0]).DegreesOfFreedom);
        Assert.Equal(1, ChiSquare.Test([], []).Test.PValue);
        Assert.Throws<ArgumentException>(() => ChiSquare.Test([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => ChiSquare.Test([1, -2], [1, 3]));
        Assert.Throws<ArgumentException>(() => PopulationStabilityIndex.Raw([0, 0], [1, 2]));
    }

    [Fact]
    public void Fisher_equals_its_definition()
    {
        TestResult test = FisherExact.Test([[12, 5], [3, 14]]);
        double observed = HypergeometricDistribution.ProbabilityOf(12, 17, 17, 15), sum = 0;
        for (int k = 0; k <= 15; k++)
        {
            double p = HypergeometricDistribution.ProbabilityOf(k, 17, 17, 15);
            sum += p <= observed * (1 + 1e-9) ? p : 0;
        }

        Close.Relative(sum, test.PValue, 1e-12);
        Close.Relative(12 * 14 / 15.0, test.Statistic, 1e-14);
        double large = TwoProportions.Test(40_000_000, 80_000_000, 39_990_000, 80_000_000).PValue;
        Close.Relative(large, FisherExact.Test(40_000_000, 40_000_000, 39_990_000, 40_010_000).PValue, 1e-2, "large tables end quickly");
        Assert.Equal(1, FisherExact.Test(0, 0, 3, 4).PValue);
        TestResult far = FisherExact.Test(5000, 0, 0, 5000);
        Assert.Equal(double.Epsilon, far.PValue);
        Close.Relative(Math.Log(2) - SpecialFunctions.LogBinomial(10_000, 5000), far.LogPValue, 1e-11);
    }

    [Theory]
    [InlineData(3, 4, 6, 2)]
    [InlineData(10, 10, 10, 10)]
    [InlineData(0, 9, 7, 1)]
    [InlineData(30, 2, 11, 40)]
    public void Sides_of_Fisher_are_sums_of_all_tables(long a, long b, long c, long d)
    {
        double[] p = [.. Enumerable.Range(0, (int)(a + c) + 1).Select(k => HypergeometricDistribution.ProbabilityOf(k, a + b, c + d, a + c))];
        Close.Relative(p.Where((_, k) => k >= a).Sum(), FisherExact.Test(a, b, c, d, Alternative.Greater).PValue, 1e-11);
        Close.Relative(p.Where((_, k) => k <= a).Sum(), FisherExact.Test(a, b, c, d, Alternative.Less).PValue, 1e-11);
        Close.Relative(p.Where(x => x <= p[a] * (1 + 1e-10)).Sum(), FisherExact.Test(a, b, c, d).PValue, 1e-11);
    }

    [Fact]
    public void Two_proportions_are_the_square_root_of_chi_squared()
    {
        TestResult test = TwoProportions.Test(56, 70, 48, 80);
        TableTest chi = ChiSquare.Test([56, 14], [48, 32], correction: false);
        Close.Relative(chi.Test.Statistic, test.Statistic * test.Statistic, 1e-12);
        Close.Relative(chi.Test.PValue, test.PValue, 1e-10);
        Close.Relative(test.PValue / 2, TwoProportions.Test(56, 70, 48, 80, Alternative.Greater).PValue, 1e-12);
        Assert.Equal(1, TwoProportions.Test(0, 5, 0, 9).PValue);
    }
}
