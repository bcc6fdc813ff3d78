namespace Lifecycle.Drift;

/// <summary>A score of a chunk.</summary>
/// <param name="Value">Distance or statistic.</param>
/// <param name="PValue">The p-value that decides instead, for chi2.</param>
/// <param name="Count">Values of the chunk that were compared.</param>
internal readonly record struct NannyMLScore(double Value, double? PValue, long Count);

/// <summary>One column under one method: chunks of the new data and of the reference against the reference.</summary>
internal abstract class NannyMLColumn
{
    /// <summary>Rows of the reference in order; 0 when their order is not known.</summary>
    public abstract int ReferenceRows { get; }

    /// <summary>Values of the reference that are compared.</summary>
    public abstract long ReferenceCount { get; }

    /// <summary>A chunk of the reference against all of it, as NannyML does; null when it has no values.</summary>
    public abstract NannyMLScore? OfReference(ReadOnlySpan<int> rows);

    /// <summary>A chunk of the reference against the rest of it; null when one of the two has no values.</summary>
    public abstract NannyMLScore? AgainstRest(ReadOnlySpan<int> rows);
}
