namespace Lifecycle.Statistics.Tests;

/// <summary>
/// How often each distance rejects at .05 when nothing drifted, over six pairs of sizes and four laws: a short simulation with fixed
/// seeds; the long one belongs to the benchmarks.
/// </summary>
public class DistanceNullRateTests
{
    private const int Repetitions = 150;
    private const double Level = 0.05;
    private static readonly (int Reference, int Current)[] Sizes = [(1001, 100), (1001, 500), (1001, 1001), (5000, 200), (5000, 1000), (10000, 10000)];
    private static readonly BinMeasure[] Measures = Enum.GetValues<BinMeasure>();

    [Fact]
    public void Every_distance_rejects_at_its_level_in_all_cells()
    {
        int[] total = new int[Measures.Length + 2], discrete = new int[total.Length];
        for (int size = 0; size < Sizes.Length; size++)
        {
            for (int law = 0; law < 4; law++)
            {
                int[] rejected = Cell(Sizes[size].Reference, Sizes[size].Current, law, (ulong)(size * 4 + law));
                for (int k = 0; k < rejected.Length; k++)
                {
                    // Five standard errors of a rate of .05 above it.
                    Assert.True(rejected[k] <= Repetitions * (Level + 5 * Error(Repetitions)), $"{Sizes[size]} law {law} distance {k}: {rejected[k]} of {Repetitions}");
                    (law == 3 ? discrete : total)[k] += rejected[k];
                }
            }
        }

        // Together they pin the rate down on both sides; on seven values total variation takes few values, so it may reject less.
        double runs = Repetitions * Sizes.Length * 3, few = Repetitions * Sizes.Length;
        for (int k = 0; k < total.Length; k++)
        {
            Assert.True(Math.Abs(total[k] / runs - Level) < 0.005 + 4 * Error(runs), $"distance {k}: {total[k] / runs}");
            Assert.True(Math.Abs(discrete[k] / few - Level) < 0.01 + 4 * Error(few), $"distance {k} on seven values: {discrete[k] / few}");
        }
    }

    private static int[] Cell(int n, int m, int law, ulong seed)
    {
        int[] rejected = new int[Measures.Length + 2];
        for (int repetition = 0; repetition < Repetitions; repetition++)
        {
            RandomStream random = new(seed, (ulong)repetition);
            SortedSample reference = new(Draw(random, n, law)), current = new(Draw(random, m, law));
            BinEdges edges = BinEdges.FromQuantiles(reference, BinEdges.CoarseResolution);
            BinDistance[] bins = DistanceSignificance.OfBins(
                Measures, BinCounts.Of(edges, reference.Values).Counts, BinCounts.Of(edges, current.Values).Counts, (ulong)repetition, 99);
            for (int k = 0; k < bins.Length; k++)
            {
                rejected[k] += bins[k].PValue <= Level ? 1 : 0;
            }

            // The same bridges judge every repetition of a size, so they are many; permutations are drawn anew.
            (SampleDistance wasserstein, SampleDistance energy) = DistanceSignificance.OfSamples(reference, current, 8, m <= 256 ? 99 : 999);
            rejected[^2] += wasserstein.PValue <= Level ? 1 : 0;
            rejected[^1] += energy.PValue <= Level ? 1 : 0;
        }

        return rejected;
    }

    private static double[] Draw(RandomStream random, int count, int law)
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

    private static double Square(RandomStream random) => Math.Pow(random.NextGaussian(), 2);

    private static double Error(double runs) => Math.Sqrt(Level * (1 - Level) / runs);
}
