using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Compares chunks with the reference, column by column.</summary>
internal sealed class ChunkedDriftBuilder(Chunker chunker, ChunkThreshold threshold, ChunkDistance distance, Action<ColumnSelection>? columns)
{
    public ChunkedDrift Build(
        ColumnBatch reference, IReadOnlyList<ChunkRows> referenceChunks, ColumnBatch current, IReadOnlyList<ChunkRows> currentChunks)
    {
        if (distance == ChunkDistance.Preset)
        {
            throw new ArgumentOutOfRangeException(nameof(distance), distance, "The distances of another tool come with its preset: ChunkedDrift.Of(reference, current, DriftPolicy.NannyML).");
        }

        _ = EnumValue.Require(distance, "ChunkDistance.JensenShannon");
        RequireChunks(referenceChunks.Count);
        ColumnBatch known = reference.Rows(Joined(referenceChunks));
        ChunkRows[] placed = Placed(referenceChunks);
        ChunkPhases phases = ChunkPhases.Of(threshold, referenceChunks, currentChunks);
        List<ChunkedColumn> compared = [];
        foreach (ReferenceColumn column in ReferenceProfile.From(known, columns).Columns)
        {
            compared.Add(Why(column, current) is { } reason
                ? new ChunkedColumn(column.Name, distance, []) { Reason = reason }
                : Points(ChunkColumn.Of(column, distance, known, placed, current, currentChunks), referenceChunks, currentChunks, phases));
        }

        return new ChunkedDrift
        {
            Chunker = chunker.ToString() ?? "",
            Threshold = threshold.Kind,
            Alpha = threshold.Alpha,
            Season = threshold.Season,
            ReferenceRows = known.RowCount,
            Chunks = [.. referenceChunks.Select(c => c.Describe(isReference: true)), .. currentChunks.Select(c => c.Describe(isReference: false))],
            Columns = compared,
        };
    }

    /// <summary>The reference's rows one chunk after the other.</summary>
    private static ChunkRows[] Placed(IReadOnlyList<ChunkRows> chunks)
    {
        ChunkRows[] placed = new ChunkRows[chunks.Count];
        int at = 0;
        for (int i = 0; i < placed.Length; i++)
        {
            placed[i] = chunks[i] with { Rows = ChunkRows.Range(at, chunks[i].Rows.Length) };
            at += chunks[i].Rows.Length;
        }

        return placed;
    }

    private static int[] Joined(IReadOnlyList<ChunkRows> chunks)
    {
        int[] rows = new int[chunks.Sum(c => c.Rows.Length)];
        int at = 0;
        foreach (ChunkRows chunk in chunks)
        {
            Interruption.Look();
            chunk.Rows.CopyTo(rows, at);
            at += chunk.Rows.Length;
        }

        return rows;
    }

    private static string? Why(ReferenceColumn column, ColumnBatch current)
    {
        BatchRows rows = new(current);
        return !rows.Has(column.Name) ? "the column is not in the data that is checked"
            : (column is NumericColumn ? rows.Numbers(column.Name) is null : rows.Labels(column.Name) is null)
                ? $"the reference holds {(column is NumericColumn ? "numbers" : "labels")} and the data {rows.TypeOf(column.Name)}"
                : null;
    }

    private ChunkedColumn Points(ChunkColumn column, IReadOnlyList<ChunkRows> referenceChunks, IReadOnlyList<ChunkRows> currentChunks, ChunkPhases phases)
    {
        ChunkScore[] past = [.. Enumerable.Range(0, referenceChunks.Count).Select(column.OfReference)];
        ChunkJudge judge = new(column, threshold, past, phases);
        List<ChunkPoint> points = [];
        for (int i = 0; i < past.Length; i++)
        {
            points.Add(judge.Reference(referenceChunks[i].Name, i));
        }

        for (int i = 0; i < currentChunks.Count; i++)
        {
            points.Add(judge.Current(currentChunks[i].Name, column.OfCurrent(i), phases.OfCurrent(i)));
        }

        string? reason = points.All(p => p.Verdict == DriftVerdict.NotTested) ? points.Select(p => p.Reason).FirstOrDefault() : null;
        return new ChunkedColumn(column.Reference.Name, column.Distance, points) { Overdispersion = judge.Overdispersion(), Reason = reason };
    }

    private void RequireChunks(int chunks)
    {
        int needed = threshold.FewestChunks;
        if (chunks < needed)
        {
            throw new ArgumentException(
                $"{threshold} needs at least {needed} reference chunks and there {(chunks == 1 ? "is" : "are")} {chunks} ({chunker}). Cut finer, take a longer reference, or use ChunkThreshold.Iid.");
        }
    }
}
