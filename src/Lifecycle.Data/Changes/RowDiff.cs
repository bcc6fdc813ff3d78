using System.Runtime.CompilerServices;

namespace Lifecycle.Data;

/// <summary>One comparison of a table of two versions.</summary>
internal sealed class RowDiff
{
    private const int BatchRows = 8192;
    private const int BatchesReadAhead = 3;
    private const int MostParts = 64;
    private const int FixedBytes = 48;
    private const int CellBytes = 9;

    private readonly DatasetVersion _old;
    private readonly DatasetVersion _new;
    private readonly TableSummary _oldTable;
    private readonly TableSummary _newTable;
    private readonly RowDiffOptions _options;
    private readonly string[] _columns;
    private readonly ColumnPair[] _pairs;
    private readonly int[] _key;
    private readonly bool _multiset;

    public RowDiff(DatasetVersion old, DatasetVersion @new, string? file, IReadOnlyList<string> key, RowDiffOptions options)
    {
        _old = old;
        _new = @new;
        _options = options;
        _oldTable = Table(old, file, options);
        _newTable = Table(@new, file ?? _oldTable.Path, options);
        foreach (string column in key)
        {
            _ = _oldTable.Schema.PositionOf(column);
            _ = _newTable.Schema.PositionOf(column);
        }

        (_oldTable, _newTable) = (WithTexts(_oldTable, _newTable), WithTexts(_newTable, _oldTable));
        _columns = [.. _newTable.Schema.Select(c => c.Name).Where(n => _oldTable.Schema.IndexOf(n) >= 0)];
        if (_columns.Length == 0)
        {
            throw new DatasetException($"{old} and {@new} have no column in common in '{_oldTable.Path}', so their rows cannot be compared.");
        }

        _pairs = [.. _columns.Select(n => ColumnPair.Of(_oldTable.Schema[n], _newTable.Schema[n]))];
        _multiset = options.AsMultiset || key.Count == 0;
        _key = _multiset ? [.. Enumerable.Range(0, _columns.Length)] : [.. key.Select(n => Array.IndexOf(_columns, n))];
    }

    public async IAsyncEnumerable<RowChange> CompareAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerable<RowChange> changes = await PartsAsync(cancellationToken).ConfigureAwait(false) is var parts and > 1
            ? SpilledAsync(parts, cancellationToken)
            : Comparison().CompareAsync(
                RowsAsync(_old, _oldTable, cancellationToken).ReadAheadAsync(BatchesReadAhead, BytesOf, cancellationToken),
                RowsAsync(_new, _newTable, cancellationToken).ReadAheadAsync(BatchesReadAhead, BytesOf, cancellationToken),
                cancellationToken);
        await foreach (RowChange change in changes.ConfigureAwait(false))
        {
            yield return change;
        }
    }

    private static long BytesOf(NumberedRows rows) => BatchesAhead.BytesOf(rows.Columns);

    private static TableSummary Table(DatasetVersion version, string? file, RowDiffOptions options)
    {
        TableSummary table = version.TableOf(file);
        if (table.FirstError is { } error)
        {
            throw new TableFormatException(table.Path, [error]);
        }

        // as texts, and nothing but the empty field is null
        return options.CompareText && table.Csv is { } csv
            ? table with { Schema = new TableSchema(table.Schema.Select(c => c with { Type = ColumnType.String })), Csv = csv with { Nulls = [] } }
            : table;
    }

    // A column of a CSV that is texts on one side is read as texts on the other, too: the cells that are alike in both files stay so.
    private static TableSummary WithTexts(TableSummary table, TableSummary other) => table.Csv is null || other.Csv is null
        ? table
        : table with
        {
            Schema = new TableSchema(table.Schema.Select(c => other.Schema.TryGet(c.Name, out TableColumn? twin) && twin.Type == ColumnType.String ? c with { Type = ColumnType.String } : c)),
        };

    private RowComparison Comparison() => new(_pairs, _key, _multiset, (_old.ToString(), _new.ToString()));

    // Into how many files the rows go so that those of one fit into the memory. The older side is held; with a key also the keys of added rows, to find
    // those that stand twice: as many as the younger side has more are known before.
    internal async ValueTask<int> PartsAsync(CancellationToken cancellationToken)
    {
        if (_options.Parts is { } parts)
        {
            return parts;
        }

        double bytes = await BytesAsync(_old, _oldTable, _columns, _oldTable.Rows, cancellationToken).ConfigureAwait(false);
        if (!_multiset && _newTable.Rows > _oldTable.Rows)
        {
            string[] key = [.. _key.Select(k => _columns[k])];
            bytes += await BytesAsync(_new, _newTable, key, _newTable.Rows - _oldTable.Rows, cancellationToken).ConfigureAwait(false);
        }

        return bytes <= _options.Memory ? 1 : (int)Math.Min(MostParts, Math.Ceiling(bytes / _options.Memory) + 1);
    }

    private static async ValueTask<double> BytesAsync(
        DatasetVersion version, TableSummary table, string[] columns, long rows, CancellationToken cancellationToken)
    {
        IReadOnlyList<DatasetFile> files = await version.ListFilesAsync(cancellationToken).ConfigureAwait(false);
        long length = files.First(f => string.Equals(f.Path, table.Path, StringComparison.Ordinal)).Length;
        long texts = columns.Count(n => table.Schema[n].Type == ColumnType.String);
        double share = table.Rows == 0 ? 0 : (double)rows / table.Rows;
        return (rows * (double)(FixedBytes + (CellBytes * columns.Length))) + (share * 3.0 * length * texts / table.Schema.Count);
    }

    private async IAsyncEnumerable<NumberedRows> RowsAsync(
        DatasetVersion version, TableSummary table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Stream content = await version.OpenAsync(table.Path, null, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            await foreach (ColumnBatch batch in version.Catalog.FormatOf(table).ReadAsync(content, table, _columns, BatchRows, cancellationToken).ConfigureAwait(false))
            {
                yield return new NumberedRows([.. batch.Columns], null, batch.FirstRow);
            }
        }
    }

    private async IAsyncEnumerable<RowChange> SpilledAsync(int parts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<ChangeSpill> spills = [];
        try
        {
            await SpillAsync(parts, spills, cancellationToken).ConfigureAwait(false);

            // added and changed rows in the order of the younger side, then the removed ones
            PriorityQueue<ChangeSpill, (bool Removed, long Row)> next = new();
            foreach (ChangeSpill spill in spills)
            {
                Enqueue(next, spill);
            }

            while (next.TryDequeue(out ChangeSpill? spill, out _))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return spill.Current!;
                Enqueue(next, spill);
            }
        }
        finally
        {
            spills.ForEach(s => s.Dispose());
        }
    }

    private static void Enqueue(PriorityQueue<ChangeSpill, (bool Removed, long Row)> next, ChangeSpill spill)
    {
        if (spill.TryRead())
        {
            next.Enqueue(spill, (spill.Current!.NewRow is null, spill.Current.NewRow ?? spill.Current.OldRow ?? 0));
        }
    }

    private async ValueTask SpillAsync(int parts, List<ChangeSpill> spills, CancellationToken cancellationToken)
    {
        RowSpill old = new([.. _columns.Select(n => _oldTable.Schema[n])], parts, _options.TemporaryFolder);
        await using (old.ConfigureAwait(false))
        {
            RowSpill @new = new([.. _columns.Select(n => _newTable.Schema[n])], parts, _options.TemporaryFolder);
            await using (@new.ConfigureAwait(false))
            {
                long seed = KeyedRows.NewSeed();
                await DivideAsync(old, RowsAsync(_old, _oldTable, cancellationToken), parts, seed).ConfigureAwait(false);
                await DivideAsync(@new, RowsAsync(_new, _newTable, cancellationToken), parts, seed).ConfigureAwait(false);
                for (int part = 0; part < parts; part++)
                {
                    ChangeSpill spill = new(_options.TemporaryFolder, _columns);
                    spills.Add(spill);
                    await foreach (RowChange change in Comparison().CompareAsync(old.ReadAsync(part), @new.ReadAsync(part), cancellationToken).ConfigureAwait(false))
                    {
                        spill.Write(change);
                    }
                }
            }
        }
    }

    private async ValueTask DivideAsync(RowSpill spill, IAsyncEnumerable<NumberedRows> rows, int parts, long seed)
    {
        KeyedRows hashes = new(_pairs, _key, seed);
        await foreach (NumberedRows batch in rows.ConfigureAwait(false))
        {
            int[] part = new int[batch.Count];
            for (int row = 0; row < part.Length; row++)
            {
                part[row] = (int)((ulong)(hashes.HashOf(batch, row) >> 64) % (ulong)parts);
            }

            spill.Write(batch, part);
        }
    }
}
