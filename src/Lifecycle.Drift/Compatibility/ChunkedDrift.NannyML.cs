namespace Lifecycle.Drift;

public sealed partial record ChunkedDrift
{
    /// <summary>NannyML's scores and limits, chunk by chunk, for reading its charts beside ours.</summary>
    /// <param name="reference">What is known to be right; its chunks give the limits.</param>
    /// <param name="current">What is checked.</param>
    /// <param name="preset">Methods, constant limits, defects: <see cref="DriftPolicy.NannyML"/>.</param>
    /// <param name="chunker">How both are cut; null cuts each as NannyML does without a word, into ten chunks of ⌊n/10⌋ rows and what is left.</param>
    /// <param name="columns">Leaves columns out and takes numbers as labels; null compares all columns. Dates are never compared.</param>
    /// <param name="cancellationToken">Ends the work within milliseconds, also inside one large column.</param>
    /// <returns>Reference chunks have the score that gave the limit: against the whole reference, or against the rest of it without the defect.</returns>
    public static ChunkedDrift Of(
        ColumnBatch reference, ColumnBatch current, NannyMLPreset preset, Chunker? chunker = null, Action<ColumnSelection>? columns = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(preset);
        return new NannyMLChunks(preset, chunker ?? new NannyMLChunker(preset.Defects)).Build(reference, current, columns, cancellationToken);
    }
}
