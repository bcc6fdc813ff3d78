using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>
/// How often each distance rejects at .05 when nothing drifted: 5,000 repetitions of six pairs of sizes and four laws. Random tables and
/// permutations are drawn anew for every repetition, so 199 of them keep the level exactly; bridges are shared and therefore many.
/// </summary>
internal static class DistanceRates
{
    private const double Level = 0.05;
    private const int FreshDraws = 199;
    private static readonly (int Reference, int Current)[] Sizes = [(1001, 100), (1001, 500), (1001, 1001), (5000, 200), (5000, 1000), (10000, 10000)];
    private static readonly BinMeasure[] Measures = Enum.GetValues<BinMeasure>();

    public static IEnumerable<Figure> Measure()
    {
        double[] rates = [.. Cells(5000).SelectMany(cell => cell)];
        yield return new Figure("drift.distances.null.rate.max", rates.Max(), "-", AtLeast: false, 0.065);
        yield return new Figure("drift.distances.null.rate.min", rates.Min(), "-", AtLeast: true, 0.035);
    }

    /// <summary>Rates by cell, then by distance: those of bins, Wasserstein, energy. Laws: normal, lognormal, t with 3 degrees, 7 values.</summary>
    public static IEnumerable<double[]> Cells(int repetitions) =>
        from size in Enumerable.Range(0, Sizes.Length) from law in Enumerable.Range(0, 4) select Cell(Sizes[size].Reference, Sizes[size].Current, law, repetitions);

    private static double[] Cell(int n, int m, int law, int repetitions)
    {
        int[] rejected = new int[Measures.Length + 2];
        Parallel.For(0, repetitions, new ParallelOptions { MaxDegreeOfParallelism = 2 }, repetition =>
        {
            RandomStream random = new((ulong)(n + m + law), (ulong)repetition);
            SortedSample reference = new(Draw(random, n, law)), current = new(Draw(random, m, law));
            BinEdges edges = BinEdges.FromQuantiles(reference, BinEdges.CoarseResolution);
            BinDistance[] bins = DistanceSignificance.OfBins(
                Measures, BinCounts.Of(edges, reference.Values).Counts, BinCounts.Of(edges, current.Values).Counts, (ulong)repetition, FreshDraws);
            (SampleDistance wasserstein, SampleDistance energy) = DistanceSignificance.OfSamples(reference, current, Seed(repetition, m), Draws(m));
            for (int k = 0; k < bins.Length; k++)
            {
                Count(ref rejected[k], bins[k].PValue);
            }

            Count(ref rejected[^2], wasserstein.PValue);
            Count(ref rejected[^1], energy.PValue);
        });
        return [.. rejected.Select(count => (double)count / repetitions)];
    }

    private static ulong Seed(int repetition, int m) => m <= DistanceSignificance.LargestPermutation ? (ulong)repetition : RandomStream.DefaultSeed;

    private static int Draws(int m) => m <= DistanceSignificance.LargestPermutation ? FreshDraws : DistanceSignificance.SampleDraws;

    private static void Count(ref int rejected, double pValue)
    {
        if (pValue <= Level)
        {
            Interlocked.Increment(ref rejected);
        }
    }

    /// <summary>Values of a law: 0 normal, 1 lognormal, 2 t with 3 degrees of freedom, 3 seven values.</summary>
    internal static double[] Draw(RandomStream random, int count, int law)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            double normal = random.NextGaussian();
            values[i] = law switch
            {
                0 => normal,
                1 => Math.Exp(normal),
                2 => normal / Math.Sqrt((Square(random) + Square(random) + Square(random)) / 3),
                _ => Math.Floor(random.NextDouble() * 7),
            };
        }

        return values;
    }

    private static double Square(RandomStream random)
    {
        double normal = random.NextGaussian();
        return normal * normal;
    }
}
