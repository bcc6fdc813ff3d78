namespace Lifecycle.Statistics;

/// <summary>Compares two samples by all tests at once: each sample is sorted once, both are walked once.</summary>
public static class TwoSample
{
    /// <summary>Compares two samples of doubles.</summary>
    /// <param name="first">First sample, usually the reference; NaN and infinite values are dropped and counted.</param>
    /// <param name="second">Second sample, usually the current one.</param>
    /// <returns>Statistics, with p-values on demand.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TwoSampleComparison Compare(ReadOnlySpan<double> first, ReadOnlySpan<double> second) =>
        Compare(new SortedSample(first), new SortedSample(second), owned: true);

    /// <summary>Compares two samples of singles.</summary>
    /// <param name="first">First sample; NaN and infinite values are dropped and counted.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>Statistics, with p-values on demand.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TwoSampleComparison Compare(ReadOnlySpan<float> first, ReadOnlySpan<float> second) =>
        Compare(new SortedSample(first), new SortedSample(second), owned: true);

    /// <summary>Compares two sorted samples in O(n + m).</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>Statistics, with p-values on demand.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TwoSampleComparison Compare(SortedSample first, SortedSample second) => Compare(first, second, owned: false);

    /// <summary>Compares two samples of doubles on two threads: each sorts one sample and walks one half. The same bits as <c>Compare</c>.</summary>
    /// <param name="first">First sample; NaN and infinite values are dropped and counted.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>Statistics, with p-values on demand.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    /// <remarks>Pays off from some 10,000 values a sample on.</remarks>
    public static TwoSampleComparison CompareInParallel(ReadOnlyMemory<double> first, ReadOnlyMemory<double> second)
    {
        SortedSample[] sorted = new SortedSample[2];
        Parallel.Invoke(() => sorted[0] = new SortedSample(first.Span), () => sorted[1] = new SortedSample(second.Span));
        return Compare(sorted[0], sorted[1], owned: true, parallel: true);
    }

    /// <summary>Compares two samples of singles on two threads: each sorts one sample and walks one half. The same bits as <c>Compare</c>.</summary>
    /// <param name="first">First sample; NaN and infinite values are dropped and counted.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>Statistics, with p-values on demand.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    /// <remarks>Pays off from some 10,000 values a sample on.</remarks>
    public static TwoSampleComparison CompareInParallel(ReadOnlyMemory<float> first, ReadOnlyMemory<float> second)
    {
        SortedSample[] sorted = new SortedSample[2];
        Parallel.Invoke(() => sorted[0] = new SortedSample(first.Span), () => sorted[1] = new SortedSample(second.Span));
        return Compare(sorted[0], sorted[1], owned: true, parallel: true);
    }

    private static TwoSampleComparison Compare(SortedSample first, SortedSample second, bool owned, bool parallel = false)
    {
        // Refuses empty samples.
        _ = new SamplePair(first, second);
        return new TwoSampleComparison(first, second, owned, parallel);
    }
}
