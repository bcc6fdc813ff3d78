using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>
/// 1,000 columns of a million singles, streamed in blocks of 100 columns that are far larger than any cache: bins, population stability,
/// Jensen-Shannon, Kullback-Leibler, Hellinger and chi-squared of every column against stored reference counts. Filling a block is not timed.
/// </summary>
internal static class WideTable
{
    private const int Columns = 1000, Block = 100, Rows = 1_000_000, ReferenceRows = 20_000;

    /// <summary>Seconds for the whole table on one core and on two.</summary>
    public static (double Alone, double Together) Seconds()
    {
        BinCounts[] references = [.. Enumerable.Range(0, Columns).Select(Reference)];
        float[][] block = [.. Enumerable.Range(0, Block).Select(c => BinFigures.Normal(Rows, (ulong)(5000 + c), 0))];
        double[] found = new double[Columns];
        double alone = 0, together = 0;
        ParallelOptions two = new() { MaxDegreeOfParallelism = 2 };
        for (int from = 0; from < Columns; from += Block)
        {
            Renew(block);
            int first = from;
            double best = double.MaxValue, shared = double.MaxValue;
            for (int round = 0; round < 3; round++)
            {
                best = Math.Min(best, RatioRunner.Time(() =>
                {
                    for (int c = 0; c < Block; c++)
                    {
                        found[first + c] = Judge(references[first + c], block[c]);
                    }
                }));
                shared = Math.Min(shared, RatioRunner.Time(() =>
                    Parallel.For(0, Block, two, c => found[first + c] = Judge(references[first + c], block[c]))));
            }

            alone += best;
            together += shared;
        }

        return found.All(double.IsFinite) ? (alone, together) : throw new InvalidOperationException("A distance is not finite.");
    }

    private static double Judge(BinCounts reference, float[] column)
    {
        BinCounts counts = BinCounts.Of(reference.Edges, column);
        ReadOnlySpan<long> old = reference.Counts, now = counts.Counts;
        return PopulationStabilityIndex.Compare(old, now).LogPValue + JensenShannon.Compare(old, now).LogPValue
            + KullbackLeibler.Compare(old, now).LogPValue + Hellinger.Compare(old, now).LogPValue + ChiSquare.Test(old, now).Test.LogPValue;
    }

    private static BinCounts Reference(int column)
    {
        float[] values = BinFigures.Normal(ReferenceRows, (ulong)column, 0);
        return BinCounts.Of(BinEdges.FromQuantiles(new SortedSample(values), BinEdges.CoarseResolution), values);
    }

    /// <summary>Other values in the same memory: a block is streamed, not kept.</summary>
    private static void Renew(float[][] block) => Parallel.ForEach(block, column =>
    {
        for (int i = 0; i < column.Length; i++)
        {
            column[i] = column[i] * 1.001f + 0.002f;
        }
    });
}
