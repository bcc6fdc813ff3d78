namespace Lifecycle.Statistics.Tests;

public class HierarchicalFalseDiscoveryTests
{
    [Fact]
    public void Families_are_selected_by_Simes_and_tested_at_the_selected_share()
    {
        // Simes: .004 and .03 and .9; BH over the three families at .05 rejects two of them, so inside the level is .05 x 2/3.
        HierarchicalDiscoveries found = HierarchicalFalseDiscovery.Test([[.001, .02, .034, .5], [.03], [.9, .95]]);
        Assert.Equal([true, true, false], found.RejectedFamilies);
        Close.Relative(.004, found.FamilyPValues[0], 1e-12);
        Close.Relative(.95, found.FamilyPValues[2], 1e-12);
        Close.Relative(.045, found.FamilyAdjusted[1], 1e-12);

        double[] inside = FalseDiscovery.BenjaminiHochberg([.001, .02, .034, .5]);
        Assert.All(Enumerable.Range(0, 4), i => Close.Relative(Math.Min(1, inside[i] * 3 / 2), found.Adjusted[0][i], 1e-12));
        Assert.Equal(1, found.Adjusted[0].Count(p => p <= found.Level));
        Close.Relative(.045, found.Adjusted[1][0], 1e-12);
        Assert.Equal([1, 1], found.Adjusted[2]);
    }

    [Fact]
    public void The_rate_over_rejected_families_is_kept()
    {
        // 20 families of 10 tests, 5 families with 4 real effects each.
        double total = 0;
        const int Runs = 400;
        for (ulong run = 0; run < Runs; run++)
        {
            RandomStream random = new(31, run);
            double[][] families = [.. Enumerable.Range(0, 20).Select(f => Enumerable.Range(0, 10)
                .Select(t => NormalDistribution.Survival(random.NextGaussian() + (f < 5 && t < 4 ? 3 : 0))).ToArray())];
            HierarchicalDiscoveries found = HierarchicalFalseDiscovery.Test(families);
            double rates = 0;
            for (int f = 0; f < 20; f++)
            {
                int rejected = found.Adjusted[f].Count(p => p <= .05);
                int wrong = found.Adjusted[f].Where((p, t) => p <= .05 && !(f < 5 && t < 4)).Count();
                rates += wrong / Math.Max(1.0, rejected);
            }

            total += rates / Math.Max(1, found.RejectedFamilies.Count(r => r));
        }

        Assert.InRange(total / Runs, 0.005, 0.05);
    }

    [Fact]
    public void Nothing_and_nonsense_are_told_apart()
    {
        Assert.Empty(HierarchicalFalseDiscovery.Test([]).Adjusted);
        Assert.Equal([false], HierarchicalFalseDiscovery.Test([[.2, .9]]).RejectedFamilies);
        Assert.Throws<ArgumentException>(() => HierarchicalFalseDiscovery.Test([[.1], []]));
        Assert.Throws<ArgumentOutOfRangeException>(() => HierarchicalFalseDiscovery.Test([[1.1]]));
        Assert.Throws<ArgumentOutOfRangeException>(() => HierarchicalFalseDiscovery.Test([[.1]], 0));
    }
}
