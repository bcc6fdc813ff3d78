using System.Runtime.CompilerServices;
using System.Text;

namespace Lifecycle.Data;

/// <summary>
/// Reads columns that decide as the types that a definition keeps, where the version takes them for others: a cell keeps its position though
/// a later row has made another type of its column. A text that is not of the kept type counts as it stands; no cell of the first version is such.
/// </summary>
internal sealed class DecidingCells
{
    private readonly TableSummary _asTexts;
    private readonly IReadOnlyList<TableColumn> _kept;
    private readonly NullRule _nulls;

    private DecidingCells(TableSummary table, IReadOnlyList<TableColumn> kept)
    {
        _kept = kept;
        _asTexts = table with { Schema = new TableSchema(table.Schema.Select(c => kept.Any(k => k.Name == c.Name) ? c with { Type = ColumnType.String } : c)) };
        _nulls = new NullRule(table.Csv ?? new CsvOptions());
    }

    /// <summary>Null when the version has all columns in the kept types.</summary>
    /// <exception cref="DatasetException">Cells of another type cannot be read as the kept one.</exception>
    /// <exception cref="UnknownColumnException">A column is not there.</exception>
    public static DecidingCells? Of(DatasetVersion version, TableSummary table, SplitDefinition definition)
    {
        List<TableColumn> kept = [];
        foreach ((string name, ColumnType type) in definition.Types ?? [])
        {
            TableColumn column = table.Schema[name];
            bool isTime = name == definition.TimeColumn;
            if (isTime ? IsTime(column.Type) == IsTime(type) && TimeCuts.CanCut(column.Type) : HaveOneText(column.Type, type))
            {
                continue;
            }

            if (isTime || table.Csv is null)
            {
                throw new DatasetException(
                    $"The split decides by '{name}' as {type}; {version} has it as {column.Type}, whose cells are no {type} any more, so rows could change their part. "
                    + $"Commit '{name}' as {type}, or {(isTime ? "give the parts anew with ByTime" : "split with another salt")}.");
            }

            kept.Add(column with { Type = type });
        }

        return kept.Count == 0 ? null : new DecidingCells(table, kept);
    }

    /// <summary>The columns of each batch of rows, by name, as texts of the kept types.</summary>
    public async IAsyncEnumerable<Dictionary<string, BatchColumn>> ReadAsync(
        DatasetVersion version, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Stream content = await version.OpenAsync(_asTexts.Path, null, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            await foreach (ColumnBatch batch in version.Catalog.FormatOf(_asTexts)
                .ReadAsync(content, _asTexts, [.. _kept.Select(c => c.Name)], batchRows, cancellationToken).ConfigureAwait(false))
            {
                yield return _kept.Select(c => Texts(batch.Column<string>(c.Name), c.Type)).ToDictionary(c => c.Name, BatchColumn (c) => c, StringComparer.Ordinal);
            }
        }
    }

    private static bool IsTime(ColumnType type) => type is ColumnType.Date or ColumnType.DateTime;

    private static bool HaveOneText(ColumnType a, ColumnType b) =>
        a == b || (a is ColumnType.Int32 or ColumnType.Int64 && b is ColumnType.Int32 or ColumnType.Int64);

    private BatchColumn<string> Texts(BatchColumn<string> cells, ColumnType type)
    {
        string[] texts = new string[cells.Count];
        bool[] valid = new bool[cells.Count];
        for (int row = 0; row < texts.Length; row++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(cells.Values.Span[row]);
            valid[row] = !cells.IsNull(row) && !_nulls.IsNull(bytes, quoted: true, type);
            texts[row] = valid[row] ? Canonical(bytes, type) ?? cells.Values.Span[row] : "";
        }

        return BatchColumn.Of<string>(cells.Name, texts, valid);
    }

    private static string? Canonical(ReadOnlySpan<byte> text, ColumnType type) => type switch
    {
        ColumnType.Boolean when CellText.TryBoolean(text, out bool flag) => Text(flag),
        ColumnType.Int64 when CellColumn.TryWhole(text, out long whole) => Text(whole),
        ColumnType.Double when CellColumn.TryNumber(text, out double number) => Text(number),
        ColumnType.Date when CellText.TryDate(text, out DateOnly date) => Text(date),
        ColumnType.DateTime when CellText.TryDateTime(text, out DateTime time) => Text(time),
        _ => null,
    };

    private static string? Text<T>(T value) => BatchColumn.Of<T>("", new[] { value }).Text(0);
}
