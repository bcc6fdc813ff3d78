using System.Runtime.CompilerServices;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

public sealed partial class ReferenceProfile
{
    private const int RecordsInPart = 4096;

    /// <summary>Profiles records in memory; exact.</summary>
    /// <param name="rows">The records; read once a column.</param>
    /// <param name="columns">Names the columns and how each is read.</param>
    /// <param name="cancellationToken">Ends the building within milliseconds, also inside one large column.</param>
    /// <exception cref="InvalidOperationException">A getter threw; the message names the column and the row.</exception>
    public static ReferenceProfile From<T>(IReadOnlyList<T> rows, Action<ProfileBuilder<T>> columns, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        (IReadOnlyList<RowGetter<T>> getters, _) = Getters(columns);
        RecordRows<T> source = new(rows, getters);
        return new ReferenceProfile(rows.Count, getters.Select(g => Column(source, g.Layout, g.Label is not null, null, cancellationToken)), getters);
    }

    /// <summary>Profiles a table; exact.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="columns">Leaves columns out, gives roles and ranges; null profiles all columns as features.</param>
    /// <param name="cancellationToken">Ends the building within milliseconds, also inside one large column.</param>
    /// <exception cref="UnknownColumnException">A named column is not in the table.</exception>
    public static ReferenceProfile From(ColumnBatch batch, Action<ColumnSelection>? columns = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ColumnSelection selection = new();
        columns?.Invoke(selection);
        BatchRows source = new(batch);
        return new ReferenceProfile(batch.RowCount, Selected(selection, batch.Schema).Select(c => Column(source, c.Layout, c.IsCategory, null, cancellationToken)));
    }

    /// <summary>
    /// Profiles a table that comes in batches, in constant memory. A short one (up to 65,536 rows, fewer with more than 64 columns) is exact. Of a
    /// longer one the bins come from quantile sketches and <see cref="NumericColumn.RankError"/> says their error;
    /// <see cref="ColumnSelection.TwoPass"/> reads the rows again and makes the counts exact.
    /// </summary>
    /// <param name="batches">The rows; all of one schema, at least one batch. The result does not depend on where batches end.</param>
    /// <param name="columns">Leaves columns out, gives roles and ranges; null profiles all columns as features.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="ArgumentException">There is no batch, or no column is left.</exception>
    /// <exception cref="InvalidOperationException">The second reading gave another number of rows.</exception>
    [OverloadResolutionPriority(1)]
    public static async ValueTask<ReferenceProfile> FromAsync(
        IAsyncEnumerable<ColumnBatch> batches, Action<ColumnSelection>? columns = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ColumnSelection selection = new();
        columns?.Invoke(selection);
        return await new ProfileStream(part => Selected(selection, ((BatchRows)part).Schema), selection.Plan)
            .ReadAsync(batches.Select(b => (RowSource)new BatchRows(b)), null, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Profiles records that come one by one, in constant memory. A short stream (up to 65,536 records, fewer with more than 64 columns) is exact.
    /// Of a longer one the bins come from quantile sketches and <see cref="NumericColumn.RankError"/> says their error;
    /// <see cref="ProfileBuilder{T}.TwoPass"/> reads the records again and makes the counts exact.
    /// </summary>
    /// <param name="rows">The records.</param>
    /// <param name="columns">Names the columns and how each is read.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="InvalidOperationException">The second reading gave another number of records.</exception>
    public static async ValueTask<ReferenceProfile> FromAsync<T>(
        IAsyncEnumerable<T> rows, Action<ProfileBuilder<T>> columns, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        (IReadOnlyList<RowGetter<T>> getters, StreamPlan plan) = Getters(columns);
        return await new ProfileStream(_ => [.. getters.Select(g => (g.Layout, g.Label is not null))], plan)
            .ReadAsync(InParts(rows, getters), new RecordRows<T>([], getters), getters, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Builds profiles with the bins of an existing one, so that they merge: one for each shard of the data.</summary>
    public static ProfileTemplate Like(ReferenceProfile first) => new(first);

    /// <summary>Joins profiles of shards into the profile of all rows; built with <see cref="Like"/>, in any order.</summary>
    /// <exception cref="ProfileMergeException">The columns, kinds or bins differ; the message lists what.</exception>
    public static ReferenceProfile Merge(params IReadOnlyList<ReferenceProfile> profiles)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        if (profiles.Count == 0)
        {
            throw new ArgumentException("There is no profile to merge.", nameof(profiles));
        }

        if (profiles.Any(p => p is null))
        {
            throw new ArgumentNullException(nameof(profiles), "One of the profiles to merge is null.");
        }

        return profiles.Skip(1).Aggregate(profiles[0], (left, right) => left.MergedWith(right));
    }

    internal static ReferenceColumn Column(
        RowSource source, ColumnLayout layout, bool isCategory, ReferenceColumn? like, CancellationToken cancellationToken = default)
    {
        using Interruption.Scope scope = Interruption.Within(cancellationToken);
        return isCategory
            ? CategoryColumn.Build(layout, source.Labels(layout.Name) ?? throw WrongType(source, layout.Name, "labels"), like as CategoryColumn)
            : GridBuilder.Build(layout, source.Numbers(layout.Name) ?? throw WrongType(source, layout.Name, "numbers"), like as NumericColumn);
    }

    internal static IAsyncEnumerable<RowSource> InParts<T>(IAsyncEnumerable<T> rows, IReadOnlyList<RowGetter<T>> getters) =>
        rows.Chunk(RecordsInPart).Select((part, i) => (RowSource)new RecordRows<T>(part, getters, (long)i * RecordsInPart));

    internal static ArgumentException WrongType(RowSource source, string name, string wanted) =>
        new($"The column '{name}' holds {source.TypeOf(name)} and cannot be read as {wanted}.");

    private static (ColumnLayout Layout, bool IsCategory)[] Selected(ColumnSelection selection, TableSchema schema)
    {
        (ColumnLayout Layout, bool IsCategory)[] selected = [.. selection.Of(schema)];
        return selected.Length > 0
            ? selected
            : throw new ArgumentException("No column is left to profile: all are left out or are dates.", "columns");
    }

    private ReferenceProfile MergedWith(ReferenceProfile other)
    {
        string[] missing = [.. _columns.Where(c => !other.TryGet(c.Name, out _)).Select(c => c.Name)];
        string[] added = [.. other._columns.Where(c => !TryGet(c.Name, out _)).Select(c => c.Name)];
        return missing.Length + added.Length == 0
            ? new ReferenceProfile(Rows + other.Rows, _columns.Select(c => c.Merge(other[c.Name])), _getters)
            : throw new ProfileMergeException(
                $"The profiles have other columns: only in the first {List(missing)}, only in the second {List(added)}. Build both with ReferenceProfile.Like(first).");
    }

    private static string List(string[] names) => names.Length == 0 ? "none" : "'" + string.Join("', '", names.Take(20)) + "'";
}
