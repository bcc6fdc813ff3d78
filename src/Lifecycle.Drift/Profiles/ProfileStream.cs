namespace Lifecycle.Drift;

/// <summary>
/// Profiles rows that come in parts. A short stream is profiled exactly, as if it were in memory; a longer one column by column in constant
/// memory, read once or, with a plan of two readings, twice.
/// </summary>
/// <param name="choose">The columns, once the first part is there.</param>
/// <param name="plan">How fine, and how often the rows are read.</param>
internal sealed class ProfileStream(Func<RowSource, IReadOnlyList<(ColumnLayout Layout, bool IsCategory)>> choose, StreamPlan plan)
{
    private const int MostExactCells = 1 << 22;
    private const int MostExactRows = 1 << 16;

    /// <summary>The profile of the rows.</summary>
    /// <param name="parts">The rows.</param>
    /// <param name="none">A part without rows, for a stream without parts; null when such a stream is an error.</param>
    /// <param name="getters">How records are read.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async ValueTask<ReferenceProfile> ReadAsync(IAsyncEnumerable<RowSource> parts, RowSource? none, object? getters, CancellationToken cancellationToken)
    {
        List<RowSource> held = [];
        IReadOnlyList<(ColumnLayout Layout, bool IsCategory)>? columns = null;
        StreamedColumns? streamed = null;
        long rows = 0;
        await foreach (RowSource part in parts.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows += part.Rows;
            columns ??= choose(part);
            if (streamed is null && (plan.KeepsValues || rows <= Math.Min(MostExactRows, MostExactCells / columns.Count)))
            {
                held.Add(part);
                continue;
            }

            streamed ??= StreamedColumns.Sketching(columns, plan.SketchSize);
            foreach (RowSource one in (IEnumerable<RowSource>)[.. held, part])
            {
                streamed.Add(one, cancellationToken);
            }

            held.Clear();
        }

        if (streamed is null)
        {
            JoinedRows all = new(held.Count > 0 ? held : [none ?? throw new ArgumentException("There is no batch to profile.", nameof(parts))]);
            return new ReferenceProfile(rows, (columns ?? choose(all)).Select(c => ReferenceProfile.Column(all, c.Layout, c.IsCategory, null, cancellationToken)), getters);
        }

        return plan.IsTwoPass
            ? await CountAsync(streamed.Counting(), parts, rows, getters, cancellationToken).ConfigureAwait(false)
            : new ReferenceProfile(rows, streamed.Build(), getters);
    }

    /// <summary>Counts on bins that are known.</summary>
    /// <param name="streamed">The columns.</param>
    /// <param name="parts">The rows.</param>
    /// <param name="expected">Rows of the first reading; null when this is the first one.</param>
    /// <param name="getters">How records are read.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async ValueTask<ReferenceProfile> CountAsync(
        StreamedColumns streamed, IAsyncEnumerable<RowSource> parts, long? expected, object? getters, CancellationToken cancellationToken)
    {
        long rows = 0;
        await foreach (RowSource part in parts.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows += part.Rows;
            streamed.Add(part, cancellationToken);
        }

        return expected is null || rows == expected
            ? new ReferenceProfile(rows, streamed.Build(), getters)
            : throw new InvalidOperationException(
                $"The rows were read twice and came as {expected} and then as {rows}. TwoPass() needs a source that gives the same rows again, for example a dataset or a list.");
    }
}
