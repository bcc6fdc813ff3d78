using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Pearson's chi-square of equal rates over the groups that have rows.</summary>
internal static class HomogeneityTest
{
    // Streams of the simulation begin behind those of the critical value.
    private const ulong FirstStream = 1UL << 48;

    public static Homogeneity? Of(GroupMetrics groups, Metric rate)
    {
        (long X, long N)[] cells =
        [
            .. groups.Groups.Where(g => !g.IsMissing || groups.Options.Missing == MissingGroup.Judge)
                .Select(g => ((long)rate.Share!.Successes(g.Counts), (long)rate.Share.Trials(g.Counts))).Where(c => c.Item2 > 0),
        ];
        double all = cells.Sum(c => (double)c.N), pooled = cells.Sum(c => (double)c.X) / all;
        if (cells.Length < 2 || pooled is 0 or 1)
        {
            return null;
        }

        double statistic = Statistic(cells, pooled);
        if (cells.All(c => c.N * Math.Min(pooled, 1 - pooled) >= 5))
        {
            return new Homogeneity(statistic, cells.Length - 1, ChiSquaredDistribution.Survival(statistic, cells.Length - 1), false);
        }

        BinomialSampler[] samplers = [.. cells.Select(c => new BinomialSampler(c.N, pooled))];
        (long X, long N)[] drawn = new (long, long)[cells.Length];
        int reached = 0;
        for (int m = 0; m < groups.Options.Draws; m++)
        {
            RandomStream random = new(groups.Options.Seed, FirstStream + (ulong)m);
            for (int g = 0; g < cells.Length; g++)
            {
                drawn[g] = (samplers[g].Next(random), cells[g].N);
            }

            double rateDrawn = drawn.Sum(c => (double)c.X) / all;
            reached += rateDrawn is not (0 or 1) && Statistic(drawn, rateDrawn) >= statistic * (1 - 1e-12) ? 1 : 0;
        }

        return new Homogeneity(statistic, cells.Length - 1, (reached + 1.0) / (groups.Options.Draws + 1), true);
    }

    private static double Statistic((long X, long N)[] cells, double pooled)
    {
        double sum = 0;
        foreach ((long x, long n) in cells)
        {
            double gap = x - n * pooled;
            sum += gap * gap / (n * pooled * (1 - pooled));
        }

        return sum;
    }
}
