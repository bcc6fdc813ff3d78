namespace Lifecycle.Statistics;

public sealed partial class BinEdges
{
    /// <summary>
    /// Equal bins by Sturges' rule as <c>numpy.histogram(bins="sturges")</c> cuts them: ⌈range/(range/(log₂ n + 1))⌉ bins, with numpy's
    /// rounding. For compatibility; one outlier moves every edge.
    /// </summary>
    /// <param name="sample">The sample that is cut.</param>
    /// <returns>
    /// All edges: bin 0 holds what lies below the sample, the last bin what lies above it, and the largest value falls into the bin
    /// before, which is closed.
    /// </returns>
    /// <exception cref="ArgumentException">The sample has no finite value.</exception>
    public static BinEdges Sturges(SortedSample sample)
    {
        Require(sample);
        double range = sample[sample.Count - 1] - sample[0];
        return EqualWidth(sample, range / (Math.Log2(sample.Count) + 1));
    }

    /// <summary>
    /// Equal bins by Doane's rule (1976) as <c>numpy.histogram(bins="doane")</c> cuts them: a width of range/(1 + log₂ n +
    /// log₂(1 + |g₁|/s)), g₁ = skewness, s = √(6(n - 2)/((n + 1)(n + 3))). For compatibility; one outlier moves every edge.
    /// </summary>
    /// <param name="sample">The sample that is cut.</param>
    /// <returns>
    /// All edges: bin 0 holds what lies below the sample, the last bin what lies above it, and the largest value falls into the bin
    /// before, which is closed.
    /// </returns>
    /// <exception cref="ArgumentException">The sample has no finite value.</exception>
    public static BinEdges Doane(SortedSample sample)
    {
        Require(sample);
        double n = sample.Count, range = sample[sample.Count - 1] - sample[0], mean = Mean(sample, static v => v);
        double deviation = Math.Sqrt(Mean(sample, v => (v - mean) * (v - mean)));
        if (n <= 2 || deviation == 0)
        {
            return EqualWidth(sample, 0);
        }

        double skewness = Mean(sample, v => Math.Pow((v - mean) / deviation, 3));
        double spread = Math.Sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
        return EqualWidth(sample, range / (1 + Math.Log2(n) + Math.Log2(1 + Math.Abs(skewness) / spread)));
    }

    /// <summary>Equal bins over the range of a sample, as <c>numpy.histogram</c> cuts them.</summary>
    /// <param name="sample">The sample that is cut.</param>
    /// <param name="bins">Bins over the range, at least 1.</param>
    /// <returns>All edges: bin 0 lies below the sample and the last bin above it; the bin of the largest value is closed.</returns>
    /// <exception cref="ArgumentException">The sample has no finite value, or its range is too small for that many bins.</exception>
    public static BinEdges EqualWidth(SortedSample sample, int bins)
    {
        Require(sample);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        double first = sample[0], last = sample[sample.Count - 1];
        (first, last) = first == last ? (first - 0.5, last + 0.5) : (first, last);
        double step = (last - first) / bins;
        double[] edges = new double[bins + 1];
        for (int k = 0; k < bins; k++)
        {
            edges[k] = k * step + first;
        }

        // A value is above the closed last bin from the next double on.
        edges[bins] = Math.BitIncrement(last);
        return new BinEdges(edges);
    }

    private static BinEdges EqualWidth(SortedSample sample, double width)
    {
        double range = sample[sample.Count - 1] - sample[0];
        return EqualWidth(sample, width > 0 ? (int)Math.Ceiling((range > 0 ? range : 1) / width) : 1);
    }

    private static double Mean(SortedSample sample, Func<double, double> of)
    {
        CompensatedSum sum = default;
        foreach (double value in sample.Values)
        {
            sum.Add(of(value));
        }

        return sum.Value / sample.Count;
    }

    private static void Require(SortedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (sample.Count == 0)
        {
            throw new ArgumentException("A sample without finite values has no bins.", nameof(sample));
        }
    }
}
