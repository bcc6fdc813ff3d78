namespace Lifecycle.Statistics;

/// <summary>
/// Sampling error of areas under ROC curves (DeLong, DeLong and Clarke-Pearson 1988) by one sort a model in O(n)
/// (after Sun and Xu 2014). Scores in single precision take half the passes.
/// </summary>
public static class DeLong
{
    /// <summary>The area under the ROC curve of one model, with its variance.</summary>
    /// <param name="scores">One score a row; NaN is not allowed.</param>
    /// <param name="labels">True for positive rows.</param>
    /// <returns>The estimate; area and variance are NaN when they are not defined.</returns>
    /// <exception cref="ArgumentException">Lengths differ or a score is NaN.</exception>
    public static AreaEstimate Estimate(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels) => Placements.Of(scores, labels).Estimate(labels);

    /// <summary>The area under the ROC curve of one model, with its variance.</summary>
    /// <inheritdoc cref="Estimate(ReadOnlySpan{double}, ReadOnlySpan{bool})"/>
    public static AreaEstimate Estimate(ReadOnlySpan<float> scores, ReadOnlySpan<bool> labels) => Placements.Of(scores, labels).Estimate(labels);

    /// <summary>The areas of two models on the same rows, with their covariance.</summary>
    /// <param name="first">Scores of the first model.</param>
    /// <param name="second">Scores of the second model, row by row.</param>
    /// <param name="labels">True for positive rows.</param>
    /// <returns>Both estimates and their covariance.</returns>
    /// <exception cref="ArgumentException">Lengths differ or a score is NaN.</exception>
    public static AreaComparison Compare(ReadOnlySpan<double> first, ReadOnlySpan<double> second, ReadOnlySpan<bool> labels) =>
        Placements.Compare(Placements.Of(first, labels), Placements.Of(second, labels), labels);

    /// <summary>The areas of two models on the same rows, with their covariance.</summary>
    /// <inheritdoc cref="Compare(ReadOnlySpan{double}, ReadOnlySpan{double}, ReadOnlySpan{bool})"/>
    public static AreaComparison Compare(ReadOnlySpan<float> first, ReadOnlySpan<float> second, ReadOnlySpan<bool> labels)
    {
        (Placements one, Placements other) = Placements.OfBoth(first, second, labels);
        return Placements.Compare(one, other, labels);
    }
}
