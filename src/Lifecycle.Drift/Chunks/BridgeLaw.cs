using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// The law of √(nm/(n + m)) W1 when nothing changed: ∫|B(F(x))| dx over Brownian bridges B, drawn on ranks that are dense in the tails. Seeded.
/// </summary>
internal sealed class BridgeLaw
{
    private const int Draws = 1999;
    private const int EveryRank = 64;
    private const double Growth = 0.03;

    private readonly double[] _sorted;

    private BridgeLaw(double[] sorted) => _sorted = sorted;

    public static BridgeLaw Of(ReadOnlySpan<double> sample)
    {
        int[] ranks = Ranks(sample.Length);
        double[] gaps = new double[ranks.Length], steps = new double[ranks.Length], shares = new double[ranks.Length];
        double before = 0, last = sample[0];
        for (int k = 0; k < ranks.Length; k++)
        {
            shares[k] = (double)ranks[k] / sample.Length;
            steps[k] = Math.Sqrt(shares[k] - before);
            double next = sample[Math.Min(ranks[k], sample.Length - 1)];
            (gaps[k], before, last) = (next - last, shares[k], next);
        }

        double[] draws = new double[Draws], path = new double[ranks.Length];
        for (int r = 0; r < Draws; r++)
        {
            Interruption.Look();
            RandomStream stream = new(RandomStream.DefaultSeed, (ulong)r);
            double at = 0, area = 0;
            for (int k = 0; k < path.Length; k++)
            {
                path[k] = at += steps[k] * stream.NextGaussian();
            }

            double end = at + Math.Sqrt(1 - before) * stream.NextGaussian();
            for (int k = 0; k < path.Length; k++)
            {
                area += Math.Abs(path[k] - shares[k] * end) * gaps[k];
            }

            draws[r] = area;
        }

        Array.Sort(draws);
        return new BridgeLaw(draws);
    }

    public double LogPValue(double scaled)
    {
        int below = Array.FindIndex(_sorted, d => d >= scaled);
        return Math.Log((1.0 + (below < 0 ? 0 : Draws - below)) / (Draws + 1));
    }

    public double Quantile(double probability) => _sorted[Math.Clamp((int)Math.Ceiling(probability * (Draws + 1)) - 1, 0, Draws - 1)];

    public double VarianceOf(Func<double, double> transform)
    {
        double deviation = ChunkLaw.Spread([.. _sorted.Select(transform)]).Deviation;
        return deviation * deviation;
    }

    /// <summary>Each of the first and last 64 ranks, then steps that grow by 3 % of the rank towards the middle.</summary>
    private static int[] Ranks(int size)
    {
        List<int> low = [];
        for (int rank = 1; rank <= size / 2; rank += rank < EveryRank ? 1 : Math.Max(1, (int)(rank * Growth)))
        {
            low.Add(rank);
        }

        return [.. low.Concat(low.Select(r => size - r)).Where(r => r > 0 && r < size).Distinct().Order()];
    }
}
