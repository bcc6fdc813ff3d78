using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Chunks as raw values in order: Kolmogorov-Smirnov and Wasserstein distances.</summary>
internal sealed class OrderedChunks : ChunkColumn
{
    private readonly double[] _sorted;
    private readonly int[] _owner;
    private readonly (long Count, long Missing)[] _sizes;
    private readonly double[][] _current;
    private readonly SortedSample _whole;
    private readonly Lazy<BridgeLaw> _bridges;

    public OrderedChunks(
        NumericColumn column, ChunkDistance distance, double[] reference, IReadOnlyList<ChunkRows> referenceChunks, double[] current, IReadOnlyList<ChunkRows> currentChunks)
        : base(column, distance)
    {
        List<double> values = [];
        List<int> owners = [];
        _sizes = new (long, long)[referenceChunks.Count];
        for (int chunk = 0; chunk < referenceChunks.Count; chunk++)
        {
            int before = values.Count;
            foreach (int row in referenceChunks[chunk].Rows)
            {
                if (double.IsFinite(reference[row]))
                {
                    values.Add(reference[row] + 0.0);
                    owners.Add(chunk);
                }
            }

            long count = values.Count - before;
            _sizes[chunk] = (count, referenceChunks[chunk].Rows.Length - count);
        }

        (_sorted, _owner) = ([.. values], [.. owners]);
        Array.Sort(_sorted, _owner);
        _whole = new SortedSample(_sorted);
        _current = [.. currentChunks.Select(c => c.Rows.Select(row => current[row]).ToArray())];
        _bridges = new Lazy<BridgeLaw>(() => BridgeLaw.Of(_whole.Values));
    }

    public override ChunkScore OfReference(int chunk)
    {
        (long m, long missing) = _sizes[chunk];
        long n = _sorted.Length - m;
        return m == 0 || n == 0 ? Nothing(m, missing) : new ChunkScore(AgainstRest(chunk, n, m), m, missing, 1.0 / n + 1.0 / m);
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
    private double AgainstRest(int chunk, double n, double m)
    {
        double largest = 0, area = 0;
        long i = 0, j = 0;
        for (int at = 0; at < _sorted.Length;)
        {
            double value = _sorted[at];
            for (; at < _sorted.Length && _sorted[at] == value; at++)
            {
                bool isMine = _owner[at] == chunk;
                i += isMine ? 1 : 0;
                j += isMine ? 0 : 1;
            }

            double difference = Math.Abs(i / m - j / n);
            largest = Math.Max(largest, difference);
            area += at < _sorted.Length ? difference * (_sorted[at] - value) : 0;
        }

        return Distance == ChunkDistance.Wasserstein ? area : largest;
    }
}
