using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Chunks as raw values in order: Kolmogorov-Smirnov and Wasserstein distances.</summary>
internal sealed class OrderedChunks : ChunkColumn
{
    private readonly SortedSample[] _chunks;
    private readonly double[][] _current;
    private readonly SortedSample _whole;
    private readonly Lazy<BridgeLaw> _bridges;

    public OrderedChunks(
        NumericColumn column, ChunkDistance distance, double[] reference, IReadOnlyList<ChunkRows> referenceChunks, double[] current, IReadOnlyList<ChunkRows> currentChunks)
        : base(column, distance)
    {
        double[][] chunks = [.. referenceChunks.Select(c => c.Of(reference))];
        _chunks = [.. chunks.Select(c => new SortedSample(c))];
        double[] whole = new double[chunks.Sum(c => c.Length)];
        int at = 0;
        foreach (double[] values in chunks)
        {
            Interruption.Look();
            values.CopyTo(whole, at);
            at += values.Length;
        }

        _whole = new SortedSample(whole);
        _current = [.. currentChunks.Select(c => c.Of(current))];
        _bridges = new Lazy<BridgeLaw>(() => BridgeLaw.Of(_whole.Values));
    }

    public override ChunkScore OfReference(int chunk)
    {
        SortedSample mine = _chunks[chunk];
        long m = mine.Count, missing = mine.Missing + mine.Infinite, n = _whole.Count - m;
        return m == 0 || n == 0 ? Nothing(m, missing) : new ChunkScore(AgainstRest(mine.Values, n, m), m, missing, 1.0 / n + 1.0 / m);
    }

    public override ChunkScore OfCurrent(int chunk)
    {
        SortedSample sample = new(_current[chunk]);
        long n = _whole.Count, m = sample.Count, missing = sample.Missing + sample.Infinite;
        if (n == 0 || m == 0)
        {
            return Nothing(m, missing);
        }

        double distance = Distance == ChunkDistance.Wasserstein
            ? Wasserstein.Distance(_whole, sample)
            : KolmogorovSmirnov.Test(_whole, sample, method: PValueMethod.Asymptotic).Statistic;
        return new ChunkScore(distance, m, missing, 1.0 / n + 1.0 / m);
    }

    public override double LogPValue(in ChunkScore score) => Distance == ChunkDistance.Wasserstein
        ? _bridges.Value.LogPValue(score.Distance / Math.Sqrt(score.Noise))
        : score.Distance <= 0 ? 0 : Math.Clamp(KolmogorovDistribution.LogSurvival(Size(score.Noise), score.Distance), -1e300, 0);

    public override double Critical(double alpha, in ChunkScore score)
    {
        if (Distance == ChunkDistance.Wasserstein)
        {
            return _bridges.Value.Quantile(1 - alpha) * Math.Sqrt(score.Noise);
        }

        long size = Size(score.Noise);
        double low = 0, high = 1, level = Math.Log(alpha);
        for (int step = 0; step < 60; step++)
        {
            double middle = 0.5 * (low + high);
            (low, high) = KolmogorovDistribution.LogSurvival(size, middle) > level ? (middle, high) : (low, middle);
        }

        return high;
    }

    // Variance of ln K, K the supremum of a Brownian bridge (Kolmogorov's law).
    public override double ExpectedVariance(double noise) => Distance == ChunkDistance.Wasserstein
        ? _bridges.Value.VarianceOf(t => Transform(t * Math.Sqrt(noise)))
        : 0.08524828944013477;

    private static long Size(double noise) => Math.Max(1, (long)Math.Round(1 / noise));

    private static ChunkScore Nothing(long m, long missing) => new(
        0, m, missing, 0, m == 0 ? $"the chunk has 0 values after dropping {missing}" : "the reference has 0 values to compare the chunk with");

    /// <summary>One walk through the sorted reference: i of the chunk and j of the others at or below each value.</summary>
    private double AgainstRest(ReadOnlySpan<double> mine, double n, double m)
    {
        ReadOnlySpan<double> sorted = _whole.Values;
        double largest = 0, area = 0;
        int i = 0;
        for (int at = 0; at < sorted.Length;)
        {
            double value = sorted[at];
            for (; at < sorted.Length && sorted[at] == value; at++)
            {
                Interruption.LookAt(at);
            }

            for (; i < mine.Length && mine[i] == value; i++)
            {
            }

            double difference = Math.Abs(i / m - (at - i) / n);
            largest = Math.Max(largest, difference);
            area += at < sorted.Length ? difference * (sorted[at] - value) : 0;
        }

        return Distance == ChunkDistance.Wasserstein ? area : largest;
    }
}
