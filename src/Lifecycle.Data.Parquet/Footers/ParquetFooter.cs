namespace Lifecycle.Data.Parquet;

/// <summary>How the values of a column lie on disk.</summary>
internal enum PhysicalType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    ByteArray = 6,
    FixedBytes = 7,
}

/// <summary>What a column means; the union of the old and the new annotations of the format.</summary>
internal enum Annotation
{
    None,
    Text,
    Decimal,
    Date,
    Milliseconds,
    Microseconds,
    Nanoseconds,
    Signed,
    Unsigned,
    HalfFloat,
    Other,
}

/// <summary>An element of the schema: a group or a leaf.</summary>
internal sealed record SchemaNode(
    string Name, PhysicalType? Type, int TypeLength, int Repetition, int Children, Annotation Annotation, int Bits, int Scale)
{
    public const int Optional = 1;

    public const int Repeated = 2;
}

/// <summary>One column of one row group.</summary>
internal readonly record struct ColumnChunk(
    PhysicalType Type, int Codec, long Values, long Compressed, long Uncompressed, long Start, ChunkStatistics Statistics)
{
    public long? Nulls => Statistics.Nulls;
}

/// <summary>What the footer says of the values of a chunk; null where it says nothing. The old fields are meant for signed numbers only.</summary>
internal readonly record struct ChunkStatistics(long? Nulls, byte[]? Least, byte[]? Most, byte[]? OldLeast, byte[]? OldMost);

/// <summary>Rows that were written together.</summary>
internal sealed record RowGroup(long Rows, ColumnChunk[] Chunks);

/// <summary>What the end of a Parquet file says.</summary>
internal sealed record ParquetFooter(long Rows, IReadOnlyList<SchemaNode> Schema, IReadOnlyList<RowGroup> Groups, bool Encrypted);
