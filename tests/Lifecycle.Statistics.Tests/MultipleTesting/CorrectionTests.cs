using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class CorrectionTests
{
    private static readonly double[] P =
        [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1];

    [Fact]
    public void Documented_rejections_and_adjusted_values_agree()
    {
        Assert.Equal(3, FamilyWise.Bonferroni(P).Count(p => p <= .05));
        double[] holm = FamilyWise.Holm(P);
        Same([.0015, .0056, .0247, .114], holm[..4]);
        Assert.Equal(3, holm.Count(p => p <= .05));
        double[] bh = FalseDiscovery.BenjaminiHochberg(P);
        Same([.0015, .003, .0095, .035625, .0603], bh[..5]);
        Assert.Equal(4, bh.Count(p => p <= .05));
        double[] by = FalseDiscovery.BenjaminiYekutieli(P);
        Close.Relative(.00497734349, by[0], 1e-9);
        Assert.Equal(3, by.Count(p => p <= .05));
        Same([.03, .06, .06, .02], FamilyWise.Holm([.01, .04, .03, .005]));
        Same([.02, .04, .04, .02], FalseDiscovery.BenjaminiHochberg([.01, .04, .03, .005]));
    }

    [Fact]
    public void Combination_follows_its_formula_and_never_vanishes()
    {
        double t = (Math.Tan((.5 - .2) * Math.PI) + Math.Tan((.5 - .03) * Math.PI)) / 2;
        Close.Relative(.5 - Math.Atan(t) / Math.PI, PValueCombination.Cauchy(Math.Log(.2), Math.Log(.03)).PValue, 1e-12);
        Close.Relative(Math.Log(2) - 900, PValueCombination.Cauchy(-900, -1).LogPValue, 1e-12);
        Close.Relative(-1e300, PValueCombination.Cauchy(-1e300).LogPValue, 1e-12);
        CombinedPValue ones = PValueCombination.Cauchy(0, 0);
        Assert.InRange(ones.PValue, 1 - 1e-14, 1);
    }

    [Property(MaxTest = 200)]
    public void A_combination_lies_between_its_extremes_times_their_number(ushort[] values)
    {
        if (values.Length == 0)
        {
            return;
        }

        double[] p = [.. values.Select(v => (v + 1) / 65537.0)];
        double combined = PValueCombination.Cauchy([.. p.Select(x => Math.Log(x))]).PValue;
        Assert.InRange(combined, p.Min() * (1 - 1e-9), Math.Min(p.Max(), 1) * (1 + 1e-9));
    }

    [Fact]
    public void Values_that_are_no_probabilities_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => FamilyWise.Holm([0.5, 1.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => FalseDiscovery.BenjaminiHochberg([double.NaN]));
        Assert.Throws<ArgumentException>(() => PValueCombination.Cauchy());
        Assert.Empty(FamilyWise.Holm([]));
    }

    [Property(MaxTest = 200)]
    public void Adjusted_values_are_those_of_their_definitions(byte[] codes)
    {
        double[] p = [.. codes.Select(c => Math.Pow((c + 1) / 256.0, 3))];
        int n = p.Length;
        double harmonic = Enumerable.Range(1, n).Sum(k => 1.0 / k);
        double[] bonferroni = FamilyWise.Bonferroni(p), holm = FamilyWise.Holm(p);
        double[] hochberg = FalseDiscovery.BenjaminiHochberg(p), yekutieli = FalseDiscovery.BenjaminiYekutieli(p);
        for (int i = 0; i < n; i++)
        {
            Close.Relative(Math.Min(1, n * p[i]), bonferroni[i], 1e-12);

            // The largest over smaller p-values, the least over larger ones; ranks count the values at or below.
            Close.Relative(Math.Min(1, p.Where(v => v <= p[i]).Max(v => v * (n - p.Count(o => o < v)))), holm[i], 1e-12);
            double stepUp = p.Where(v => v >= p[i]).Min(v => v * n / p.Count(o => o <= v));
            Close.Relative(Math.Min(1, stepUp), hochberg[i], 1e-12);
            Close.Relative(Math.Min(1, stepUp * harmonic), yekutieli[i], 1e-12);
        }
    }

    private static void Same(double[] expected, double[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Close.Relative(expected[i], actual[i], 1e-12);
        }
    }
}
