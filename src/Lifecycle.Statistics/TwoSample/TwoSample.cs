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

    private static TwoSampleComparison Compare(SortedSample first, SortedSample second, bool owned)
    {
        // Refuses empty samples.
        _ = new SamplePair(first, second);
        return new TwoSampleComparison(first, second, owned);
    }
}
