using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>
/// The rows of a version in parts. A row's part follows from the values of its key, hashed in the types that the first split of the dataset by these
/// columns found, so rows that are added later move nobody, whatever they make of the types. The definition is a blob of the store.
/// </summary>
/// <remarks>
/// Where a column changed its type between versions, which of them was split first matters, and another store may have begun with another one.
/// <see cref="Definition"/> holds the types: a split by it has the same parts everywhere.
/// </remarks>
public sealed class DatasetSplit
{
    private const int FewRows = 10;
    private const int BatchRows = 8192;

    private readonly long[] _timeCuts;
    private readonly TableSummary _table;
    private readonly ulong[] _cuts;
    private readonly DecidingCells? _deciding;

    private DatasetSplit(DatasetVersion version, SplitDefinition definition, TableSummary table)
    {
        Version = version;
        Definition = definition;
        _table = table;
        _cuts = definition.PositionCuts();
        _deciding = DecidingCells.Of(version, table, definition);
        _timeCuts = definition.TimeColumn is { } time ? [.. definition.TimeCuts.Select(c => TimeCuts.Parse(c, table.Schema[time].Type))] : [];
    }

    /// <summary>How rows are assigned; give it to a later version to keep every row where it is.</summary>
    public SplitDefinition Definition { get; }

    /// <summary>What was split.</summary>
    public DatasetVersion Version { get; }

    /// <summary>Digest of the definition: key, parts, salt, strata and the digest of the version.</summary>
    public Digest Digest { get; private set; }

    /// <summary>Columns of the table that was split.</summary>
    public TableSchema Schema => _table.Schema;

    /// <summary>The parts, in the order in which they were defined.</summary>
    public IReadOnlyList<DatasetPart> Parts { get; private set; } = [];

    /// <summary>Strata that have fewer than 10 rows in a part, and earlier splits of the dataset that could not be read to keep rows where they were.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>The part of this name.</summary>
    /// <exception cref="DatasetException">There is none.</exception>
    public DatasetPart this[string name] => Parts.FirstOrDefault(p => p.Name == name)
        ?? throw new DatasetException($"The split of {Version} has no part '{name}'. Its parts are: {string.Join(", ", Parts.Select(p => p.Name))}.");

    /// <summary>Looks for keys, groups and rows that stand in more than one part.</summary>
    /// <param name="group">Rows that agree in this column belong together, for example a customer; null looks at keys and rows only.</param>
    /// <param name="label">Rows that differ only in this column count as equal; null compares all columns.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    public async ValueTask<LeakageReport> CheckLeakageAsync(string? group = null, string? label = null, CancellationToken cancellationToken = default)
    {
        foreach (string named in new[] { group, label }.OfType<string>())
        {
            _ = _table.Schema.PositionOf(named);
        }

        LeakageCount keys = new(), groups = new(), rows = new();
        KeyPosition hash = new(RowHash.DefaultSalt);
        await foreach ((ColumnBatch batch, int[] parts) in AssignAsync(null, cancellationToken).ConfigureAwait(false))
        {
            rows.Add(hash.Wide([.. batch.Columns.Where(c => c.Name != label)], parts.Length), parts, batch.FirstRow);
            if (Definition.Key.Count > 0)
            {
                keys.Add(hash.Wide([.. Definition.Key.Select(name => batch[name])], parts.Length), parts, batch.FirstRow);
            }

            if (group is not null)
            {
                groups.Add(hash.Wide([batch[group]], parts.Length), parts, batch.FirstRow);
            }
        }

        return new LeakageReport(keys.Crossing, groups.Crossing, rows.Crossing, keys.Examples, groups.Examples, rows.Examples);
    }

    /// <summary>Throws when a key, a group or a row stands in more than one part.</summary>
    /// <inheritdoc cref="CheckLeakageAsync"/>
    /// <exception cref="LeakageException">There is leakage; the message counts it and gives examples.</exception>
    public async ValueTask RequireNoLeakageAsync(string? group = null, string? label = null, CancellationToken cancellationToken = default)
    {
        LeakageReport report = await CheckLeakageAsync(group, label, cancellationToken).ConfigureAwait(false);
        if (!report.IsClean)
        {
            throw new LeakageException(Version.ToString(), group, report);
        }
    }

    internal static async ValueTask<DatasetSplit> MakeAsync(DatasetVersion version, Action<SplitBuilder> define, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(define);
        SplitBuilder builder = new();
        define(builder);
        TableSummary table = version.TableOf(builder.Table);
        SplitDefinition definition = builder.Build(table);
        List<string> unread = [];
        if (await version.Catalog.EarlierSplitAsync(version, definition, unread, cancellationToken).ConfigureAwait(false) is { } earlier)
        {
            string[] gone = [.. earlier.Types!.Select(t => t.Name).Where(n => table.Schema.IndexOf(n) < 0)];
            definition = gone.Length == 0 ? definition with { Types = earlier.Types } : throw new DatasetException(
                $"The first split of '{version.Name}' by all columns with this salt was decided by {string.Join(", ", gone.Take(20).Select(n => $"'{n}'"))}{(gone.Length > 20 ? ", ..." : "")} too, "
                + $"which {version} does not have, so every row could change its part. Name columns that stay with By(...), or choose another salt.");
        }

        if (definition.TimeColumn is { } time && definition.TimeCuts.Count == 0)
        {
            definition = definition with { TimeCuts = await CutsAsync(version, table, time, definition, cancellationToken).ConfigureAwait(false) };
        }

        return await MakeAsync(version, definition, unread, cancellationToken).ConfigureAwait(false);
    }

    internal static ValueTask<DatasetSplit> MakeAsync(DatasetVersion version, SplitDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return MakeAsync(version, definition, [], cancellationToken);
    }

    private static async ValueTask<DatasetSplit> MakeAsync(
        DatasetVersion version, SplitDefinition definition, IReadOnlyList<string> warnings, CancellationToken cancellationToken)
    {
        TableSummary table = version.TableOf(definition.File);
        definition = definition.TypedBy(table.Schema);
        DatasetSplit split = new(version, definition, table);
        await split.CountAsync(cancellationToken).ConfigureAwait(false);
        split.Warnings = [.. warnings, .. split.Warnings];
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(definition.ToDocument(version), DataJson.Default.SplitDocument);
        split.Digest = await version.Catalog.KeepSplitAsync(version, bytes, split.Parts.ToDictionary(p => p.Name, p => p.Rows), cancellationToken).ConfigureAwait(false);
        return split;
    }

    internal async IAsyncEnumerable<ColumnBatch> ReadAsync(
        int part, IReadOnlyList<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] wanted = [.. columns ?? [.. _table.Schema.Select(c => c.Name)]];
        await foreach ((ColumnBatch batch, int[] parts) in AssignAsync(wanted, cancellationToken).ConfigureAwait(false))
        {
            int[] rows = [.. Enumerable.Range(0, parts.Length).Where(i => parts[i] == part)];
            if (rows.Length > 0)
            {
                yield return batch.Select(wanted).Rows(rows);
            }
        }
    }

    internal ColumnBatch Empty(IReadOnlyList<string>? columns) => EmptyColumns.Of(_table.Schema, columns);

    private static async ValueTask<string[]> CutsAsync(
        DatasetVersion version, TableSummary table, string time, SplitDefinition definition, CancellationToken cancellationToken)
    {
        List<long> values = [];
        await foreach (ColumnBatch batch in version.ReadRowsAsync(table.Path, [time], cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            for (int row = 0; row < batch.RowCount; row++)
            {
                values.Add(TimeCuts.Of(batch.Columns[0], row, batch.FirstRow + row));
            }
        }

        return TimeCuts.OfFractions(values, definition.Parts, table.Schema[time].Type);
    }

    // Batches that hold at least the wanted columns (null: all), with the part of every row.
    private async IAsyncEnumerable<(ColumnBatch Batch, int[] Parts)> AssignAsync(
        IReadOnlyList<string>? wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[]? columns = wanted is null ? null : [.. wanted.Concat(Definition.Types!.Select(t => t.Name)).Distinct(StringComparer.Ordinal)];
        KeyPosition position = new(Definition.Salt);
        IAsyncEnumerator<Dictionary<string, BatchColumn>>? deciding = _deciding?.ReadAsync(Version, BatchRows, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            await foreach (ColumnBatch batch in Version.ReadRowsAsync(_table.Path, columns, BatchRows, cancellationToken).ConfigureAwait(false))
            {
                Dictionary<string, BatchColumn>? kept = deciding is not null && await deciding.MoveNextAsync().ConfigureAwait(false) ? deciding.Current : null;
                yield return (batch, Definition.TimeColumn is { } time ? ByTime(batch, batch[time]) : ByPosition(batch, name => kept?.GetValueOrDefault(name) ?? batch[name], position));
            }
        }
        finally
        {
            if (deciding is not null)
            {
                await deciding.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private int[] ByTime(ColumnBatch batch, BatchColumn times)
    {
        int[] parts = new int[batch.RowCount];
        for (int row = 0; row < parts.Length; row++)
        {
            long at = TimeCuts.Of(times, row, batch.FirstRow + row);
            while (parts[row] < _timeCuts.Length && at >= _timeCuts[parts[row]])
            {
                parts[row]++;
            }
        }

        return parts;
    }

    private int[] ByPosition(ColumnBatch batch, Func<string, BatchColumn> column, KeyPosition position)
    {
        BatchColumn[] key = [.. (Definition.Key.Count == 0 ? Definition.Types!.Select(t => t.Name) : Definition.Key).Select(column)];
        ulong[] positions = position.Of(key, batch.RowCount, Definition.Stratum is { } name ? column(name) : null);
        return Array.ConvertAll(positions, p => RowHash.PartOf(p, _cuts));
    }

    private async ValueTask CountAsync(CancellationToken cancellationToken)
    {
        int count = Definition.Parts.Count;
        long[] rows = new long[count];
        Dictionary<string, long[]> strata = new(StringComparer.Ordinal);
        await foreach ((ColumnBatch batch, int[] parts) in AssignAsync([], cancellationToken).ConfigureAwait(false))
        {
            BatchColumn? stratum = Definition.Stratum is { } name ? batch[name] : null;
            for (int row = 0; row < parts.Length; row++)
            {
                rows[parts[row]]++;
                if (stratum is not null)
                {
                    string text = stratum.Text(row) is { } value ? $"'{value}'" : "null";
                    if (!strata.TryGetValue(text, out long[]? counts))
                    {
                        strata.Add(text, counts = new long[count]);
                    }

                    counts[parts[row]]++;
                }
            }
        }

        long total = rows.Sum();
        Parts = [.. Definition.Parts.Select((p, i) => new DatasetPart(this, i, p.Name, p.Fraction, rows[i], total == 0 ? 0 : (double)rows[i] / total))];
        Warnings =
        [
            .. from stratum in strata.OrderBy(s => s.Key, StringComparer.Ordinal)
               from part in Parts
               let found = stratum.Value[part.Index]
               where found < FewRows
               select $"The stratum {stratum.Key} of '{Definition.Stratum}' has {found} rows in '{part.Name}'.",
        ];
    }
}
