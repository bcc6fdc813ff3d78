using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// A table over time, chunk by chunk, against its reference or its own past: distance, limit and p-value of every column in every chunk. Immutable; the same rows
/// give the same bytes.
/// </summary>
public sealed partial record ChunkedDrift
{
    /// <summary>How the tables were cut.</summary>
    public string Chunker { get; init; } = "";

    /// <summary>How the limits were made.</summary>
    public ChunkThresholdKind Threshold { get; init; }

    /// <summary>Chance of a false alarm for one chunk of one column.</summary>
    public double Alpha { get; init; }

    /// <summary>Length of the season whose phases were compared among themselves; null for none.</summary>
    public TimeSpan? Season { get; init; }

    /// <summary>Rows of the reference that belong to a chunk.</summary>
    public long ReferenceRows { get; init; }

    /// <summary>The chunks, those of the reference first.</summary>
    public IReadOnlyList<DataChunk> Chunks { get; init; } = [];

    /// <summary>The columns in the order of the table.</summary>
    public IReadOnlyList<ChunkedColumn> Columns { get; init; } = [];

    /// <summary>Whether a column drifted in a chunk that does not belong to the reference.</summary>
    public bool HasDrift => Columns.Any(c => c.HasDrift);

    /// <summary>The column of this name.</summary>
    /// <exception cref="UnknownColumnException">There is none.</exception>
    public ChunkedColumn this[string column] =>
        Columns.FirstOrDefault(c => c.Column == column) ?? throw new UnknownColumnException(column, Columns.Select(c => c.Column));

    /// <summary>Compares the chunks of a table with a reference table.</summary>
    /// <param name="reference">What is known to be right; cut into chunks too, for the limits.</param>
    /// <param name="current">What is checked.</param>
    /// <param name="chunker">How both are cut.</param>
    /// <param name="threshold">Where the limits come from; null means <see cref="ChunkThreshold.Iid"/> with alpha .05.</param>
    /// <param name="distance">How far a chunk lies from the reference.</param>
    /// <param name="columns">Leaves columns out and takes numbers as labels; null compares all columns. Dates are never compared.</param>
    /// <param name="cancellationToken">Ends the work within milliseconds, also inside one large column.</param>
    /// <exception cref="ArgumentException">There are fewer reference chunks than the limits need, or the chunker's column is missing or no time.</exception>
    public static ChunkedDrift Of(
        ColumnBatch reference, ColumnBatch current, Chunker chunker, ChunkThreshold? threshold = null, ChunkDistance distance = ChunkDistance.JensenShannon,
        Action<ColumnSelection>? columns = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(chunker);
        using Interruption.Scope scope = Interruption.Within(cancellationToken);
        ChunkedDriftBuilder builder = new(chunker, threshold ?? ChunkThreshold.Iid(), distance, columns);
        return builder.Build(reference, chunker.Cut(reference), current, chunker.Cut(current));
    }

    /// <summary>Compares the later chunks of a table with its first ones.</summary>
    /// <param name="history">All rows.</param>
    /// <param name="chunker">How they are cut.</param>
    /// <param name="referenceChunks">How many chunks from the first on are the reference.</param>
    /// <param name="threshold">Where the limits come from; null means <see cref="ChunkThreshold.Iid"/> with alpha .05.</param>
    /// <param name="distance">How far a chunk lies from the reference.</param>
    /// <param name="columns">Leaves columns out and takes numbers as labels; null compares all columns. Dates are never compared.</param>
    /// <param name="cancellationToken">Ends the work within milliseconds, also inside one large column.</param>
    /// <exception cref="ArgumentException">There are fewer chunks than <paramref name="referenceChunks"/>, or fewer of these than the limits need.</exception>
    public static ChunkedDrift OfHistory(
        ColumnBatch history, Chunker chunker, int referenceChunks, ChunkThreshold? threshold = null, ChunkDistance distance = ChunkDistance.JensenShannon,
        Action<ColumnSelection>? columns = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(chunker);
        ArgumentOutOfRangeException.ThrowIfLessThan(referenceChunks, 1);
        using Interruption.Scope scope = Interruption.Within(cancellationToken);
        IReadOnlyList<ChunkRows> chunks = chunker.Cut(history);
        if (chunks.Count < referenceChunks)
        {
            throw new ArgumentException($"{referenceChunks} chunks are asked for as reference and the table has {chunks.Count} ({chunker}). Name fewer or cut finer.", nameof(referenceChunks));
        }

        ChunkedDriftBuilder builder = new(chunker, threshold ?? ChunkThreshold.Iid(), distance, columns);
        return builder.Build(history, [.. chunks.Take(referenceChunks)], history, [.. chunks.Skip(referenceChunks)]);
    }
}
