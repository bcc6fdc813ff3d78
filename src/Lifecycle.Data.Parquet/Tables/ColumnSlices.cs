namespace Lifecycle.Data.Parquet;

/// <summary>Some rows of a decoded column, without a copy.</summary>
internal static class ColumnSlices
{
    public static BatchColumn Of(BatchColumn column, int from, int count) => column switch
    {
        BatchColumn<bool> flags => Cut(flags, from, count),
        BatchColumn<int> ints => Cut(ints, from, count),
        BatchColumn<long> longs => Cut(longs, from, count),
        BatchColumn<float> floats => Cut(floats, from, count),
        BatchColumn<double> doubles => Cut(doubles, from, count),
        BatchColumn<DateOnly> dates => Cut(dates, from, count),
        BatchColumn<DateTime> times => Cut(times, from, count),
        BatchColumn<string> texts => Cut(texts, from, count),
        _ => throw new ArgumentOutOfRangeException(nameof(column), column.Column.Type, "A column of a type that no Parquet column is read as."),
    };

    private static BatchColumn<T> Cut<T>(BatchColumn<T> column, int from, int count)
    {
        if (from == 0 && count == column.Count)
        {
            return column;
        }

        ReadOnlyMemory<bool> valid = column.Valid.IsEmpty ? default : column.Valid.Slice(from, count);
        return new BatchColumn<T>(column.Column, column.Values.Slice(from, count), valid);
    }
}
