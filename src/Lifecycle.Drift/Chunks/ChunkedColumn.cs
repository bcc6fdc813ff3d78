namespace Lifecycle.Drift;

/// <summary>One column of a <see cref="ChunkedDrift"/>: a point for each chunk.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="Distance">The distance that was taken; labels have no order and take Jensen-Shannon where one of order was asked for.</param>
/// <param name="Points">One for each chunk, those of the reference first.</param>
public sealed record ChunkedColumn(string Column, ChunkDistance Distance, IReadOnlyList<ChunkPoint> Points)
{
    /// <summary>Tool and method of a preset, for example <c>NannyML jensen_shannon</c>; null for distances of this package.</summary>
    public string? Method { get; init; }

    /// <summary>
    /// Variance of the reference chunks' transformed distances over what independent rows would give: about 1 when chunks vary by chance alone; null with fewer than
    /// three reference chunks.
    /// </summary>
    public double? Overdispersion { get; init; }

    /// <summary>Whether the chunks vary so much more than chance (more than twice) that <see cref="ChunkThreshold.Historical"/> suits them.</summary>
    public bool SuggestsHistorical => Overdispersion > 2;

    /// <summary>Why no chunk of the column was compared; null when one was.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether a chunk of the data that was checked drifted.</summary>
    public bool HasDrift => Points.Any(p => p is { IsReference: false, Verdict: DriftVerdict.Drift });
}

/// <summary>One chunk of one column.</summary>
/// <param name="Chunk">Name of the chunk.</param>
/// <param name="IsReference">Whether it belongs to the reference: then it is compared with the reference without it.</param>
/// <param name="Count">Values compared.</param>
/// <param name="Missing">Null, NaN and infinite values.</param>
/// <param name="Verdict"><see cref="DriftVerdict.Drift"/>, <see cref="DriftVerdict.Stable"/>, or <see cref="DriftVerdict.NotTested"/> with the reason.</param>
public sealed record ChunkPoint(string Chunk, bool IsReference, long Count, long Missing, DriftVerdict Verdict)
{
    /// <summary>Distance from the reference; that of a reference chunk is scaled to the noise of a comparison with the whole reference. Null when not tested.</summary>
    public double? Score { get; init; }

    /// <summary>The distance above which the chunk drifted; null when no distance is large enough or the chunk was not tested.</summary>
    public double? Limit { get; init; }

    /// <summary>Natural logarithm of the p-value, at most 0.</summary>
    public double LogPValue { get; init; }

    /// <summary>The p-value, in (0, 1]; never 0.</summary>
    public double PValue => Math.Max(double.Epsilon, Math.Exp(LogPValue));

    /// <summary>Why the chunk was not tested; null when it was.</summary>
    public string? Reason { get; init; }
}
