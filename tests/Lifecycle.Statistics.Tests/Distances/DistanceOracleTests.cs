using System.Text.Json;

namespace Lifecycle.Statistics.Tests;

public class DistanceOracleTests
{
    private static readonly long[] X = [120, 340, 260, 180, 100], Y = [90, 300, 310, 150, 150];

    [Fact]
    public void Documented_counts_give_their_documented_figures()
    {
        Close.Relative(.048174423324123736, PopulationStabilityIndex.Raw(X, Y), 1e-12);
        BinDistance psi = PopulationStabilityIndex.Compare(X, Y);
        Close.Relative(.047890316790356914, psi.Value, 1e-12);
        Close.Relative(8.192213292651878e-5, psi.PValue, 1e-10);
        Close.Relative(.047890316790356914 - 4 * (1 / 1000.0 + 1 / 1000.0), psi.Corrected, 1e-12);

        // The divergence of the current shares from the reference's: the first argument is the reference.
        Close.Relative(.023617113430118714, KullbackLeibler.Raw(Y, X), 1e-12);
        Close.Relative(23.898951925267713, ChiSquare.Test(X, Y).Test.Statistic, 1e-12);
        Close.Relative(Math.Sqrt(23.898951925267713 / 2000), CramersV.Of(X, Y), 1e-12);
    }

    [Fact]
    public void Energy_and_Wasserstein_agree_with_scipy_in_all_cases()
    {
        int checks = 0;
        foreach (JsonElement entry in ScipyOracle.Numeric.Concat(ScipyOracle.Large))
        {
            double[] a = entry.Sample("a"), b = entry.Sample("b");

            // scipy subtracts neighbouring values of 1e12 as we do, then sums without compensation.
            Close.Relative(entry.Expected("energy_distance")![0], EnergyDistance.Distance(a, b), 1e-12, entry.Id());
            Close.Relative(entry.Expected("wasserstein_distance")![0], Wasserstein.Distance(a, b), 1e-11, entry.Id());
            checks++;
        }

        Assert.Equal(163, checks);
    }

    [Fact]
    public void Energy_of_singles_is_that_of_the_same_doubles()
    {
        float[] a = [1, 2.5f, -3, float.NaN, 7], b = [0, 2.5f, 2.5f, 9, float.PositiveInfinity];
        double wide = EnergyDistance.Distance([.. a.Select(v => (double)v)], [.. b.Select(v => (double)v)]);
        Assert.Equal(wide, EnergyDistance.Distance(a, b));
        Assert.Equal(0, EnergyDistance.Distance(a, a));
        Assert.Throws<ArgumentException>(() => EnergyDistance.Distance((double[])[double.NaN], (double[])[1]));
    }

    [Fact]
    public void Kullback_Leibler_is_infinite_where_the_reference_has_nothing()
    {
        Assert.Equal(double.PositiveInfinity, KullbackLeibler.Raw([5, 0], [3, 2]));
        Assert.Equal(Math.Log(2), KullbackLeibler.Raw([1, 1], [5, 0]), 1e-15);
        Assert.True(double.IsFinite(KullbackLeibler.Compare([5, 0], [3, 2]).Value));
    }

    [Fact]
    public void Cramers_V_is_nought_to_one_and_its_correction_takes_off_chance()
    {
        Assert.Equal(1, CramersV.Of([10, 0, 5], [0, 7, 0]), 1e-12);
        Assert.Equal(0, CramersV.Of([10, 20], [1, 2]), 1e-12);
        Assert.Equal(0, CramersV.Of([10, 0], [5, 0]));
        Assert.Equal(0, CramersV.Corrected([10, 0], [5, 0]));
        Assert.Equal(0, CramersV.Corrected([10, 11, 9, 10], [9, 10, 10, 10]));
        double size = 2000, lost = 23.898951925267713 / size - 4 / (size - 1), least = 2 - 1 / (size - 1) - 1;
        Close.Relative(Math.Sqrt(lost / least), CramersV.Corrected(X, Y), 1e-12);
        Assert.InRange(CramersV.Of([[5, 1, 0], [2, 8, 1], [0, 3, 9]]), 0.4, 1);
    }
}
