namespace Lifecycle.Data;

/// <summary>A batch without rows, for tables that have none.</summary>
internal static class EmptyColumns
{
    public static ColumnBatch Of(TableSchema schema, IReadOnlyList<string>? columns) =>
        new((columns ?? schema.Select(c => c.Name)).Select(name => Column(schema[name])));

    private static BatchColumn Column(TableColumn column) => column.Type switch
    {
        ColumnType.Boolean => new BatchColumn<bool>(column, default),
        ColumnType.Int32 => new BatchColumn<int>(column, default),
        ColumnType.Int64 => new BatchColumn<long>(column, default),
        ColumnType.Single => new BatchColumn<float>(column, default),
        ColumnType.Double => new BatchColumn<double>(column, default),
        ColumnType.Date => new BatchColumn<DateOnly>(column, default),
        ColumnType.DateTime => new BatchColumn<DateTime>(column, default),
        _ => new BatchColumn<string>(column, default),
    };
}
