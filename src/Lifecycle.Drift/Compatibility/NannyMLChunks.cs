using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Chunks of two tables under NannyML's methods and limits.</summary>
internal sealed class NannyMLChunks(NannyMLPreset preset, Chunker chunker)
{
    public ChunkedDrift Build(ColumnBatch reference, ColumnBatch current, Action<ColumnSelection>? columns, CancellationToken cancellationToken)
    {
        using Interruption.Scope scope = Interruption.Within(cancellationToken);
        IReadOnlyList<ChunkRows> then = chunker.Cut(reference), now = chunker.Cut(current);
        List<ChunkedColumn> compared = [];
        ReferenceProfile profile = ReferenceProfile.From(reference, columns, cancellationToken);
        preset.ToDriftPolicy().Require(profile);
        foreach (ReferenceColumn column in profile.Columns)
        {
            NannyMLMethod method = preset.Of(column.Name, column is NumericColumn);
            ChunkedColumn chunked = Column(column, method, new BatchRows(reference), new BatchRows(current), then, now);
            compared.Add(chunked with { Method = $"{NannyMLRule.Tool} {NannyMLPreset.NameOf(method)}" });
        }

        return new ChunkedDrift
        {
            Chunker = chunker.ToString() ?? "",
            Threshold = ChunkThresholdKind.StandardDeviations,
            Alpha = NormalDistribution.Survival(preset.StandardDeviations),
            ReferenceRows = reference.RowCount,
            Chunks = [.. then.Select(c => c.Describe(isReference: true)), .. now.Select(c => c.Describe(isReference: false))],
            Columns = compared,
        };
    }

    private ChunkedColumn Column(
        ReferenceColumn column, NannyMLMethod method, BatchRows reference, BatchRows current, IReadOnlyList<ChunkRows> then, IReadOnlyList<ChunkRows> now)
    {
        string? reason = !current.Has(column.Name) ? "the column is not in the data that is checked" : null;
        if (reason is null && column is NumericColumn)
        {
            if (current.Numbers(column.Name) is not { } recent)
            {
                return None(column, $"the reference holds numbers and the data {current.TypeOf(column.Name)}");
            }

            return NannyMLNumbers.Of(method, preset, reference.Numbers(column.Name)!, isOrdered: true, out reason) is { } numbers
                ? Points(column, method, numbers, then, now, rows => numbers.Score([.. rows.Select(r => recent[r])]))
                : None(column, reason!);
        }

        if (reason is null && current.Labels(column.Name) is { } labels)
        {
            LabelCodes codes = new();
            int[] known = codes.Of(reference.Labels(column.Name)!), recent = codes.Of(labels);
            long[] Counted(IEnumerable<int> places) => LabelCodes.Dense(LabelCodes.Count([.. places]), codes.Size);
            return NannyMLLabels.Of(method, preset, Counted(known), known, out reason) is { } counted
                ? Points(column, method, counted, then, now, rows => counted.Score(Counted(rows.Select(r => recent[r]))))
                : None(column, reason!);
        }

        return None(column, reason ?? $"the reference holds labels and the data {current.TypeOf(column.Name)}");
    }

    private ChunkedColumn Points(
        ReferenceColumn column, NannyMLMethod method, NannyMLColumn reference, IReadOnlyList<ChunkRows> then, IReadOnlyList<ChunkRows> now,
        Func<int[], NannyMLScore?> score)
    {
        if (NannyMLLimit.Of(method, preset, reference, [.. then.Select(c => c.Rows)], out string? reason) is not { } limit)
        {
            return None(column, reason!);
        }

        bool asIs = preset.Defects == Defects.AsIs;
        return new ChunkedColumn(column.Name, ChunkDistance.Preset,
        [
            .. then.Select(c => Point(c, true, asIs ? reference.OfReference(c.Rows) : reference.AgainstRest(c.Rows), limit)),
            .. now.Select(c => Point(c, false, score(c.Rows), limit)),
        ]);
    }

    private static ChunkPoint Point(ChunkRows chunk, bool isReference, NannyMLScore? score, NannyMLLimit limit)
    {
        if (score is not { } known)
        {
            return new ChunkPoint(chunk.Name, isReference, 0, chunk.Rows.Length, DriftVerdict.NotTested)
            {
                Reason = $"the chunk has 0 values after dropping {chunk.Rows.Length}",
            };
        }

        double? line = limit.For(known.Count);
        return new ChunkPoint(
            chunk.Name, isReference, known.Count, chunk.Rows.Length - known.Count,
            NannyMLRule.IsDrift(known, line) ? DriftVerdict.Drift : DriftVerdict.Stable)
        {
            Score = known.Value,
            Limit = line,
            LogPValue = known.PValue is { } p ? Math.Log(p) : 0,
        };
    }

    private static ChunkedColumn None(ReferenceColumn column, string reason) => new(column.Name, ChunkDistance.Preset, []) { Reason = reason };
}
