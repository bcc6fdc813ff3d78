namespace Lifecycle.Data.Parquet;

/// <summary>Types of fields in Thrift's compact protocol.</summary>
internal enum ThriftType
{
    Stop = 0,
    True = 1,
    False = 2,
    Byte = 3,
    I16 = 4,
    I32 = 5,
    I64 = 6,
    Double = 7,
    Binary = 8,
    List = 9,
    Set = 10,
    Map = 11,
    Struct = 12,
}

/// <summary>Reads Thrift's compact protocol out of bytes that nobody vouches for: every length is checked against the bytes that are left.</summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes, long origin)
{
    private const int MaximumDepth = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    /// <summary>Where the reader stands, in bytes of the file.</summary>
    public readonly long Offset => origin + Position;

    /// <summary>The next field of a struct whose last field was <paramref name="field"/>; 0 before the first.</summary>
    public bool NextField(ref int field, out ThriftType type)
    {
        byte head = ReadByte();
        type = (ThriftType)(head & 0xF);
        if (type == ThriftType.Stop)
        {
            return false;
        }

        int step = head >> 4;
        field = step > 0 ? field + step : (short)ReadI64();
        return type <= ThriftType.Struct ? true : throw Fault($"{head & 0xF} is not a type of Thrift");
    }

    public byte ReadByte() => Position < _bytes.Length ? _bytes[Position++] : throw Fault("the bytes end inside a structure");

    public int ReadI32(ThriftType type)
    {
        Demand(type, ThriftType.I32);
        long value = ReadI64();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Fault($"the number {value} does not fit into 32 bits");
    }

    public long ReadI64(ThriftType type)
    {
        Demand(type, ThriftType.I64);
        return ReadI64();
    }

    public ReadOnlySpan<byte> ReadBinary(ThriftType type)
    {
        Demand(type, ThriftType.Binary);
        ulong length = ReadVariable();
        if (length > (ulong)(_bytes.Length - Position))
        {
            throw Fault($"a text of {length} bytes is claimed and {_bytes.Length - Position} bytes are left");
        }

        ReadOnlySpan<byte> value = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return value;
    }

    /// <summary>How many elements follow; each takes at least one byte.</summary>
    public int ReadList(ThriftType type, out ThriftType element)
    {
        Demand(type, ThriftType.List);
        byte head = ReadByte();
        element = (ThriftType)(head & 0xF);
        ulong count = head >> 4 == 15 ? ReadVariable() : (ulong)(head >> 4);
        return count <= (ulong)(_bytes.Length - Position) ? (int)count : throw Fault($"a list of {count} is claimed and {_bytes.Length - Position} bytes are left");
    }

    public readonly void Demand(ThriftType found, ThriftType wanted)
    {
        if (found != wanted)
        {
            throw Fault($"a field is {found} and should be {wanted}");
        }
    }

    public void Skip(ThriftType type, int depth = 0)
    {
        if (depth > MaximumDepth)
        {
            throw Fault($"structures are nested deeper than {MaximumDepth}");
        }

        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                break;
            case ThriftType.Byte:
                ReadByte();
                break;
            case ThriftType.I16 or ThriftType.I32 or ThriftType.I64:
                ReadVariable();
                break;
            case ThriftType.Double:
                for (int i = 0; i < sizeof(double); i++)
                {
                    ReadByte();
                }

                break;
            case ThriftType.Binary:
                ReadBinary(type);
                break;
            case ThriftType.List or ThriftType.Set:
                int count = ReadList(ThriftType.List, out ThriftType element);
                for (int i = 0; i < count; i++)
                {
                    SkipElement(element, depth);
                }

                break;
            case ThriftType.Struct:
                int field = 0;
                while (NextField(ref field, out ThriftType inner))
                {
                    Skip(inner, depth + 1);
                }

                break;
            default:
                throw Fault($"a field of type {type} is not expected here");
        }
    }

    public readonly ParquetFaultException Fault(string message) => new(TableProblemKind.Damaged, message, Offset);

    private void SkipElement(ThriftType element, int depth)
    {
        // in a list a truth is a byte of its own
        if (element is ThriftType.True or ThriftType.False)
        {
            ReadByte();
            return;
        }

        Skip(element, depth + 1);
    }

    private long ReadI64()
    {
        ulong value = ReadVariable();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong ReadVariable()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Fault("a number is longer than 64 bits");
    }
}
