using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Chunks as counts over the reference's coarse bins, values or labels.</summary>
internal sealed class CountedChunks : ChunkColumn
{
    private const double LeastExpected = 1;

    private readonly ClassCounts[] _reference, _current;
    private readonly long[] _whole;

    public CountedChunks(ReferenceColumn reference, ChunkDistance distance, ClassCounts[] referenceChunks, ClassCounts[] currentChunks)
        : base(reference, distance)
    {
        (_reference, _current) = Pool(referenceChunks, currentChunks);
        _whole = new long[_reference[0].Counts.Length];
        foreach (ClassCounts chunk in _reference)
        {
            for (int i = 0; i < _whole.Length; i++)
            {
                _whole[i] += chunk.Counts[i];
            }
        }
    }

    private double Freedom => Math.Max(1, _whole.Count(c => c > 0) - 1);

    public override ChunkScore OfReference(int chunk)
    {
        long[] rest = [.. _whole.Zip(_reference[chunk].Counts, (all, part) => all - part)];
        return Compare(rest, _reference[chunk]);
    }

    public override ChunkScore OfCurrent(int chunk) => Compare(_whole, _current[chunk]);

    public override double LogPValue(in ChunkScore score) => score.Distance <= 0
        ? 0
        : Math.Max(-1e300, ChiSquaredDistribution.LogSurvival(Squared(score.Distance) / Unit(score.Noise), Freedom));

    public override double Critical(double alpha, in ChunkScore score)
    {
        double square = ChiSquaredDistribution.UpperQuantile(alpha, Freedom) * Unit(score.Noise);
        return Distance == ChunkDistance.PopulationStabilityIndex ? square : Math.Sqrt(square);
    }

    // The transformed distance is the cube root of a multiple of χ².
    public override double ExpectedVariance(double noise)
    {
        double half = Freedom / 2, gamma = SpecialFunctions.LogGamma(half);
        double mean = Math.Exp(SpecialFunctions.LogGamma(half + 1.0 / 3) - gamma), square = Math.Exp(SpecialFunctions.LogGamma(half + 2.0 / 3) - gamma);
        return Math.Pow(2 * Unit(noise), 2.0 / 3) * (square - mean * mean);
    }

    public static ClassCounts[] Count(NumericColumn column, double[] values, IReadOnlyList<ChunkRows> chunks) => [.. chunks.Select(chunk =>
    {
        double[] taken = chunk.Of(values);
        NumericTally tally = NumericTally.Of(column, taken);
        long[] bins = tally.Bins;
        if (!column.HasBinPerValue)
        {
            bins = column.Grid.ToCoarse(bins);
        }
        else
        {
            long gaps = bins.Where((_, bin) => (bin & 1) == 0).Sum();
            bins = [.. bins.Where((_, bin) => (bin & 1) == 1), gaps];
        }

        return new ClassCounts(bins, taken.Length - tally.Count);
    })];

    public static ClassCounts[] Count(CategoryColumn column, string?[] values, IReadOnlyList<ChunkRows> chunks) => [.. chunks.Select(chunk =>
    {
        CategoryTally tally = CategoryTally.Of(column, chunk.Of(values));
        return new ClassCounts([.. tally.Labels, tally.Unseen], tally.Missing);
    })];

    /// <summary>Classes in which the smallest reference chunk expects fewer than one value become one class, the same one for all chunks.</summary>
    private static (ClassCounts[] Reference, ClassCounts[] Current) Pool(ClassCounts[] reference, ClassCounts[] current)
    {
        long[] whole = [.. Enumerable.Range(0, reference[0].Counts.Length).Select(i => reference.Sum(c => c.Counts[i]))];
        double share = (double)reference.Select(c => c.Total).Where(t => t > 0).DefaultIfEmpty(0).Min() / Math.Max(1, whole.Sum());
        int[] kept = [.. Enumerable.Range(0, whole.Length).Where(i => whole[i] * share >= LeastExpected)];
        if (kept.Length == whole.Length)
        {
            return (reference, current);
        }

        ClassCounts Join(ClassCounts chunk)
        {
            long[] counts = [.. kept.Select(i => chunk.Counts[i])];
            return new ClassCounts([.. counts, chunk.Total - counts.Sum()], chunk.Missing);
        }

        return ([.. reference.Select(Join)], [.. current.Select(Join)]);
    }

    private ChunkScore Compare(long[] rest, ClassCounts chunk)
    {
        long n = rest.Sum(), m = chunk.Total;
        if (n == 0 || m == 0)
        {
            return new ChunkScore(0, m, chunk.Missing, 0, m == 0 ? $"the chunk has 0 values after dropping {chunk.Missing}" : "the reference has 0 values to compare the chunk with");
        }

        int[] kept = [.. Enumerable.Range(0, rest.Length).Where(i => rest[i] + chunk.Counts[i] > 0)];
        long[] then = [.. kept.Select(i => rest[i])], now = [.. kept.Select(i => chunk.Counts[i])];
        double value = Distance switch
        {
            ChunkDistance.JensenShannon => Math.Sqrt(JensenShannon.Compare(then, now).Value),
            ChunkDistance.Hellinger => Math.Sqrt(Hellinger.Compare(then, now).Value),
            _ => PopulationStabilityIndex.Compare(then, now).Value,
        };
        return new ChunkScore(value, m, chunk.Missing, 1.0 / n + 1.0 / m);
    }

    private double Squared(double distance) => Distance == ChunkDistance.PopulationStabilityIndex ? distance : distance * distance;

    /// <summary>What one unit of χ² is of the squared distance.</summary>
    private double Unit(double noise) => Distance == ChunkDistance.PopulationStabilityIndex ? noise : noise / 8;
}

/// <summary>Counts of a chunk over the classes of its column.</summary>
internal sealed record ClassCounts(long[] Counts, long Missing)
{
    public long Total { get; } = Counts.Sum();
}
