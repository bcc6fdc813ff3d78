using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>What one comparison of a chunk gives.</summary>
/// <param name="Distance">The distance; meaningless when <paramref name="Reason"/> is set.</param>
/// <param name="Count">Values of the chunk that were compared.</param>
/// <param name="Missing">Values that were not: null, NaN and infinite.</param>
/// <param name="Noise">κ = 1/m + 1/n of the two sides.</param>
/// <param name="Reason">Why there is no distance.</param>
internal readonly record struct ChunkScore(double Distance, long Count, long Missing, double Noise, string? Reason = null);

/// <summary>One column of the reference, cut into chunks and ready to be compared with others.</summary>
internal abstract class ChunkColumn(ReferenceColumn reference, ChunkDistance distance)
{
    public ReferenceColumn Reference { get; } = reference;

    public ChunkDistance Distance { get; } = distance;

    /// <summary>Reference chunk i against the reference without it.</summary>
    public abstract ChunkScore OfReference(int chunk);

    /// <summary>A chunk of the data that is checked, against the whole reference.</summary>
    public abstract ChunkScore OfCurrent(int chunk);

    /// <summary>Natural logarithm of the chance of a distance as large, were all rows independent and nothing changed.</summary>
    public abstract double LogPValue(in ChunkScore score);

    /// <summary>The distance that chance exceeds with probability alpha.</summary>
    public abstract double Critical(double alpha, in ChunkScore score);

    /// <summary>Variance of the transformed distance, were all rows independent.</summary>
    public abstract double ExpectedVariance(double noise);

    /// <summary>A distance as it would be with another noise: √κ scales all but the stability index, which κ scales.</summary>
    public double AtNoise(in ChunkScore score, double noise) =>
        score.Distance * (Distance == ChunkDistance.PopulationStabilityIndex ? noise / score.Noise : Math.Sqrt(noise / score.Noise));

    /// <summary>Transforms that make the distances of chunks nearly normal: d^(2/3) of Jensen-Shannon and Hellinger, PSI^(1/3), ln D, -W^(-1/3).</summary>
    public double Transform(double distance) => Distance switch
    {
        ChunkDistance.JensenShannon or ChunkDistance.Hellinger => Math.Cbrt(distance * distance),
        ChunkDistance.PopulationStabilityIndex => Math.Cbrt(distance),
        ChunkDistance.KolmogorovSmirnov => Math.Log(distance),
        _ => -1 / Math.Cbrt(distance),
    };

    /// <summary>The distance of a transformed one; infinite where no distance is as large.</summary>
    public double Inverse(double transformed) => Distance switch
    {
        ChunkDistance.JensenShannon or ChunkDistance.Hellinger => transformed <= 0 ? 0 : transformed * Math.Sqrt(transformed),
        ChunkDistance.PopulationStabilityIndex => transformed <= 0 ? 0 : transformed * transformed * transformed,
        ChunkDistance.KolmogorovSmirnov => Math.Exp(transformed),
        _ => transformed >= 0 ? double.PositiveInfinity : -1 / (transformed * transformed * transformed),
    };

    public static ChunkColumn Of(
        ReferenceColumn column, ChunkDistance distance, ColumnBatch reference, IReadOnlyList<ChunkRows> referenceChunks, ColumnBatch current,
        IReadOnlyList<ChunkRows> currentChunks)
    {
        BatchRows then = new(reference), now = new(current);
        if (column is CategoryColumn labels)
        {
            ChunkDistance shape = distance is ChunkDistance.KolmogorovSmirnov or ChunkDistance.Wasserstein ? ChunkDistance.JensenShannon : distance;
            return new CountedChunks(labels, shape, CountedChunks.Count(labels, then.Labels(column.Name)!, referenceChunks), CountedChunks.Count(labels, now.Labels(column.Name)!, currentChunks));
        }

        NumericColumn numbers = (NumericColumn)column;
        double[] old = then.Numbers(column.Name)!, recent = now.Numbers(column.Name)!;
        return distance is ChunkDistance.KolmogorovSmirnov or ChunkDistance.Wasserstein
            ? new OrderedChunks(numbers, distance, old, referenceChunks, recent, currentChunks)
            : new CountedChunks(numbers, distance, CountedChunks.Count(numbers, old, referenceChunks), CountedChunks.Count(numbers, recent, currentChunks));
    }
}
