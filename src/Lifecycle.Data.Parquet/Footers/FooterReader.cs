using System.Text;

namespace Lifecycle.Data.Parquet;

/// <summary>Reads the footer; lists grow with what is really there, never with what is claimed. The numbers of fields are those of parquet.thrift.</summary>
internal ref struct FooterReader(ReadOnlySpan<byte> footer, long origin)
{
    private const int MaximumNodes = 4 * ParquetLimits.Columns;
    private const int MaximumBound = 16;

    private ThriftReader _reader = new(footer, origin);
    private readonly long _end = origin;

    public ParquetFooter Read()
    {
        long? rows = null;
        List<SchemaNode> schema = [];
        List<RowGroup> groups = [];
        bool encrypted = false;
        int field = 0;
        while (_reader.NextField(ref field, out ThriftType type))
        {
            switch (field)
            {
                case 2:
                    ReadSchema(type, schema);
                    break;
                case 3:
                    rows = _reader.ReadI64(type);
                    break;
                case 4:
                    ReadGroups(type, groups);
                    break;
                default:
                    encrypted |= field == 8;
                    _reader.Skip(type);
                    break;
            }
        }

        return rows is >= 0 && schema.Count > 0
            ? new ParquetFooter(rows.Value, schema, groups, encrypted)
            : throw _reader.Fault("the footer has no schema or no row count");
    }

    private void ReadSchema(ThriftType type, List<SchemaNode> schema)
    {
        int count = _reader.ReadList(type, out ThriftType element);
        _reader.Demand(element, ThriftType.Struct);
        if (count > MaximumNodes)
        {
            throw new ParquetFaultException(TableProblemKind.TooLarge, $"the schema has {count} elements; at most {MaximumNodes} are read", _reader.Offset);
        }

        for (int i = 0; i < count; i++)
        {
            schema.Add(ReadNode());
        }
    }

    private SchemaNode ReadNode()
    {
        PhysicalType? physical = null;
        int length = 0, repetition = 0, children = 0, converted = -1, scale = 0, bits = 0;
        string name = "";
        Annotation annotation = Annotation.None;
        int field = 0;
        while (_reader.NextField(ref field, out ThriftType type))
        {
            switch (field)
            {
                case 1:
                    physical = ReadPhysical(type);
                    break;
                case 2:
                    length = _reader.ReadI32(type);
                    break;
                case 3:
                    repetition = _reader.ReadI32(type);
                    break;
                case 4:
                    name = Encoding.UTF8.GetString(_reader.ReadBinary(type));
                    break;
                case 5:
                    children = _reader.ReadI32(type);
                    break;
                case 6:
                    converted = _reader.ReadI32(type);
                    break;
                case 7:
                    scale = _reader.ReadI32(type);
                    break;
                case 10:
                    annotation = LogicalType.Read(ref _reader, type, ref bits, ref scale);
                    break;
                default:
                    _reader.Skip(type);
                    break;
            }
        }

        if (children < 0)
        {
            throw _reader.Fault($"a group of {children} columns");
        }

        annotation = annotation == Annotation.None ? LogicalType.OfConverted(converted, ref bits) : annotation;
        return new SchemaNode(name, children > 0 ? null : physical, length, repetition, children, annotation, bits, scale);
    }

    private void ReadGroups(ThriftType type, List<RowGroup> groups)
    {
        int count = _reader.ReadList(type, out ThriftType element);
        if (count > 0)
        {
            _reader.Demand(element, ThriftType.Struct);
        }

        for (int i = 0; i < count; i++)
        {
            groups.Add(ReadGroup());
        }
    }

    private RowGroup ReadGroup()
    {
        List<ColumnChunk>? chunks = null;
        long rows = -1;
        int field = 0;
        while (_reader.NextField(ref field, out ThriftType type))
        {
            switch (field)
            {
                case 1:
                    int count = _reader.ReadList(type, out ThriftType element);
                    _reader.Demand(element, ThriftType.Struct);
                    chunks = [];
                    for (int i = 0; i < count; i++)
                    {
                        chunks.Add(ReadChunk());
                    }

                    break;
                case 3:
                    rows = _reader.ReadI64(type);
                    break;
                default:
                    _reader.Skip(type);
                    break;
            }
        }

        return chunks is { Count: > 0 } && rows >= 0
            ? new RowGroup(rows, [.. chunks])
            : throw _reader.Fault("a row group has no columns or no row count");
    }

    private ColumnChunk ReadChunk()
    {
        ColumnChunk? chunk = null;
        int field = 0;
        while (_reader.NextField(ref field, out ThriftType type))
        {
            switch (field)
            {
                case 1:
                    throw _reader.Fault("a column lies in another file, which is not supported");
                case 3:
                    _reader.Demand(type, ThriftType.Struct);
                    chunk = ReadColumn();
                    break;
                default:
                    _reader.Skip(type);
                    break;
            }
        }

        return chunk ?? throw _reader.Fault("a column of a row group says nothing of its bytes (is it encrypted?)");
    }

    private ColumnChunk ReadColumn()
    {
        PhysicalType? physical = null;
        int codec = -1;
        long values = -1, compressed = -1, uncompressed = -1, data = 0, dictionary = 0;
        ChunkStatistics statistics = default;
        int field = 0;
        while (_reader.NextField(ref field, out ThriftType type))
        {
            switch (field)
            {
                case 1:
                    physical = ReadPhysical(type);
                    break;
                case 4:
                    codec = _reader.ReadI32(type);
                    break;
                case 5:
                    values = _reader.ReadI64(type);
                    break;
                case 6:
                    uncompressed = _reader.ReadI64(type);
                    break;
                case 7:
                    compressed = _reader.ReadI64(type);
                    break;
                case 9:
                    data = _reader.ReadI64(type);
                    break;
                case 11:
                    dictionary = _reader.ReadI64(type);
                    break;
                case 12:
                    _reader.Demand(type, ThriftType.Struct);
                    statistics = ReadStatistics();
                    break;
                default:
                    _reader.Skip(type);
                    break;
            }
        }

        long start = dictionary > 0 && dictionary < data ? dictionary : data;
        bool inside = compressed >= 0 && uncompressed >= 0 && start >= ParquetLimits.Magic && start <= _end && compressed <= _end - start;
        return physical is { } known && values >= 0 && inside
            ? new ColumnChunk(known, codec, values, compressed, uncompressed, start, statistics)
            : throw _reader.Fault($"a column of {compressed} bytes at {start} lies outside the {_end} bytes before the footer, or has {values} values");
    }

    private ChunkStatistics ReadStatistics()
    {
        ChunkStatistics statistics = default;
        int field = 0;
        while (_reader.NextField(ref field, out ThriftType type))
        {
            switch (field)
            {
                case 1:
                    statistics = statistics with { OldMost = ReadBound(type) };
                    break;
                case 2:
                    statistics = statistics with { OldLeast = ReadBound(type) };
                    break;
                case 3:
                    statistics = statistics with { Nulls = _reader.ReadI64(type) };
                    break;
                case 5:
                    statistics = statistics with { Most = ReadBound(type) };
                    break;
                case 6:
                    statistics = statistics with { Least = ReadBound(type) };
                    break;
                default:
                    _reader.Skip(type);
                    break;
            }
        }

        return statistics;
    }

    // texts may be long, and are not needed
    private byte[]? ReadBound(ThriftType type)
    {
        ReadOnlySpan<byte> bytes = _reader.ReadBinary(type);
        return bytes.Length <= MaximumBound ? bytes.ToArray() : null;
    }

    private PhysicalType ReadPhysical(ThriftType type)
    {
        int value = _reader.ReadI32(type);
        return value is >= 0 and <= (int)PhysicalType.FixedBytes ? (PhysicalType)value : throw _reader.Fault($"{value} is not a physical type");
    }
}
