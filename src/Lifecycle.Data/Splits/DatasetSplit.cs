using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>
/// The rows of a version in parts. A row's part follows from its key alone, so rows that are added later move nobody.
/// The definition is a blob of the store.
/// </summary>
public sealed class DatasetSplit
{
    private const int FewRows = 10;

    private readonly SplitBuilder _definition;
    private readonly TableSummary _table;
    private readonly ulong[] _cuts;

    private DatasetSplit(DatasetVersion version, SplitBuilder definition, TableSummary table)
    {
        Version = version;
        _definition = definition;
        _table = table;
        _cuts = definition.Cuts();
    }

    /// <summary>What was split.</summary>
    public DatasetVersion Version { get; }

    /// <summary>Digest of the definition: key, parts, salt, strata and the digest of the version.</summary>
    public Digest Digest { get; private set; }

    /// <summary>Columns of the table that was split.</summary>
    public TableSchema Schema => _table.Schema;

    /// <summary>The parts, in the order in which they were defined.</summary>
    public IReadOnlyList<DatasetPart> Parts { get; private set; } = [];

    /// <summary>Strata that have fewer than 10 rows in a part.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>The part of this name.</summary>
    /// <exception cref="DatasetException">There is none.</exception>
    public DatasetPart this[string name] => Parts.FirstOrDefault(p => p.Name == name)
        ?? throw new DatasetException($"The split of {Version} has no part '{name}'. Its parts are: {string.Join(", ", Parts.Select(p => p.Name))}.");

    /// <summary>Looks for rows, or groups, that stand in more than one part.</summary>
    /// <param name="group">Rows that agree in this column belong together, for example a customer; null looks at rows only.</param>
    /// <param name="label">Rows that differ only in this column count as equal; null compares all columns.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    public async ValueTask<LeakageReport> CheckLeakageAsync(string? group = null, string? label = null, CancellationToken cancellationToken = default)
    {
        LeakageCount rows = new();
        LeakageCount groups = new();
        KeyPosition hash = new(RowHash.DefaultSalt);
        await foreach ((ColumnBatch batch, int[] parts) in AssignAsync(null, cancellationToken).ConfigureAwait(false))
        {
            BatchColumn[] compared = [.. batch.Columns.Where(c => c.Name != label)];
            BatchColumn[] grouped = group is null ? [] : [batch[group]];
            for (int row = 0; row < parts.Length; row++)
            {
                rows.Add(hash.Wide(compared, row), parts[row], batch.FirstRow + row);
                if (group is not null)
                {
                    groups.Add(hash.Wide(grouped, row), parts[row], batch.FirstRow + row);
                }
            }
        }

        return new LeakageReport(rows.Crossing, groups.Crossing, rows.Examples, groups.Examples);
    }

    /// <summary>Throws when a row or a group stands in more than one part.</summary>
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
        SplitBuilder definition = new();
        define(definition);
        TableSummary table = version.TableOf(definition.Table);
        definition.Require(table.Schema);
        DatasetSplit split = new(version, definition, table);
        await split.CountAsync(cancellationToken).ConfigureAwait(false);
        SplitDocument document = new(
            version.Name, version.Digest.ToString(), table.Path, definition.Key, definition.SaltText, definition.Stratum,
            [.. definition.Parts.Select(p => new SplitPartEntry(p.Name, p.Fraction))]);
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(document, DataJson.Default.SplitDocument);
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

    // Batches that hold at least the wanted columns (null: all), with the part of every row.
    private async IAsyncEnumerable<(ColumnBatch Batch, int[] Parts)> AssignAsync(
        IReadOnlyList<string>? wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[]? columns = wanted is null || _definition.Key.Count == 0
            ? null
            : [.. wanted.Concat(_definition.Key).Concat(_definition.Stratum is { } s ? [s] : []).Distinct(StringComparer.Ordinal)];
        KeyPosition position = new(_definition.SaltText);
        await foreach (ColumnBatch batch in Version.ReadRowsAsync(_table.Path, columns, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            BatchColumn[] key = _definition.Key.Count == 0 ? [.. batch.Columns] : [.. _definition.Key.Select(name => batch[name])];
            BatchColumn? stratum = _definition.Stratum is { } name ? batch[name] : null;
            int[] parts = new int[batch.RowCount];
            for (int row = 0; row < parts.Length; row++)
            {
                parts[row] = RowHash.PartOf(position.Of(key, row, stratum), _cuts);
            }

            yield return (batch, parts);
        }
    }

    private async ValueTask CountAsync(CancellationToken cancellationToken)
    {
        int count = _definition.Parts.Count;
        long[] rows = new long[count];
        Dictionary<string, long[]> strata = new(StringComparer.Ordinal);
        await foreach ((ColumnBatch batch, int[] parts) in AssignAsync([], cancellationToken).ConfigureAwait(false))
        {
            BatchColumn? stratum = _definition.Stratum is { } name ? batch[name] : null;
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
        Parts = [.. _definition.Parts.Select((p, i) => new DatasetPart(this, i, p.Name, p.Fraction, rows[i], total == 0 ? 0 : (double)rows[i] / total))];
        Warnings =
        [
            .. from stratum in strata.OrderBy(s => s.Key, StringComparer.Ordinal)
               from part in Parts
               let found = stratum.Value[part.Index]
               where found < FewRows
               select $"The stratum {stratum.Key} of '{_definition.Stratum}' has {found} rows in '{part.Name}'.",
        ];
    }
}
