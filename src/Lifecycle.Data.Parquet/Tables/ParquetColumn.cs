namespace Lifecycle.Data.Parquet;

/// <summary>A column that can be read.</summary>
/// <param name="Column">Name and type in the table.</param>
/// <param name="Node">What the file says of it.</param>
/// <param name="Leaf">Position among the columns of a row group.</param>
internal sealed record ParquetColumn(TableColumn Column, SchemaNode Node, int Leaf)
{
    public bool IsOptional => Node.Repetition == SchemaNode.Optional;

    /// <summary>The type of the table that holds the values, or null when there is none.</summary>
    public static ColumnType? TypeOf(SchemaNode node) => (node.Type, node.Annotation) switch
    {
        (PhysicalType.Boolean, Annotation.None) => ColumnType.Boolean,
        (PhysicalType.Int32, Annotation.Date) => ColumnType.Date,
        (PhysicalType.Int32 or PhysicalType.Int64 or PhysicalType.ByteArray or PhysicalType.FixedBytes, Annotation.Decimal) => ColumnType.Double,
        (PhysicalType.Int32, Annotation.Unsigned) when node.Bits == 32 => ColumnType.Int64,
        (PhysicalType.Int32, Annotation.None or Annotation.Signed or Annotation.Unsigned) => ColumnType.Int32,
        (PhysicalType.Int64, Annotation.None or Annotation.Signed or Annotation.Unsigned) => ColumnType.Int64,
        (PhysicalType.Int64, Annotation.Milliseconds or Annotation.Microseconds or Annotation.Nanoseconds) => ColumnType.DateTime,
        (PhysicalType.Int96, Annotation.None) => ColumnType.DateTime,
        (PhysicalType.Float, Annotation.None) => ColumnType.Single,
        (PhysicalType.Double, Annotation.None) => ColumnType.Double,
        (PhysicalType.FixedBytes, Annotation.HalfFloat) when node.TypeLength == 2 => ColumnType.Single,
        (PhysicalType.ByteArray, Annotation.Text) => ColumnType.String,
        (PhysicalType.ByteArray or PhysicalType.FixedBytes, Annotation.None or Annotation.Other) => ColumnType.Int32,
        _ => null,
    };

    /// <summary>Whether the cells are bytes, of which the table has the lengths only.</summary>
    public bool IsLength => Column.Type == ColumnType.Int32 && Node.Type is (PhysicalType.ByteArray or PhysicalType.FixedBytes);
}
