namespace Lifecycle.Validation;

/// <summary>Neighbouring rows of a batch, without copying them.</summary>
internal static class RowBlock
{
    public static ColumnBatch Of(ColumnBatch rows, int from, int count) => from == 0 && count == rows.RowCount
        ? rows
        : new ColumnBatch(rows.Columns.Select(c => Cut(c, from, count)), rows.FirstRow + from);

    private static BatchColumn Cut(BatchColumn column, int from, int count) => column switch
    {
        BatchColumn<double> c => Cut(c, from, count),
        BatchColumn<float> c => Cut(c, from, count),
        BatchColumn<int> c => Cut(c, from, count),
        BatchColumn<long> c => Cut(c, from, count),
        BatchColumn<bool> c => Cut(c, from, count),
        BatchColumn<string> c => Cut(c, from, count),
        BatchColumn<DateOnly> c => Cut(c, from, count),
        BatchColumn<DateTime> c => Cut(c, from, count),
        _ => throw new InvalidOperationException($"A column of {column.Column.Type} cannot be cut."),
    };

    private static BatchColumn<T> Cut<T>(BatchColumn<T> column, int from, int count) =>
        new(column.Column, column.Values.Slice(from, count), column.Valid.IsEmpty ? default : column.Valid.Slice(from, count));
}
