namespace Lifecycle.Data.Parquet;

/// <summary>What stands before a page. The numbers of fields are those of parquet.thrift.</summary>
internal readonly record struct PageHeader(
    PageKind Kind, int Packed, int Unpacked, uint? Checksum, int Values, int Nulls, int Encoding, int LevelEncoding, int LevelBytes, bool IsPacked)
{
    public static PageHeader Read(ref ThriftReader reader)
    {
        int kind = -1, packed = -1, unpacked = -1, field = 0;
        uint? checksum = null;
        PageHeader body = new() { Values = -1 };
        while (reader.NextField(ref field, out ThriftType type))
        {
            switch (field)
            {
                case 1:
                    kind = reader.ReadI32(type);
                    break;
                case 2:
                    unpacked = reader.ReadI32(type);
                    break;
                case 3:
                    packed = reader.ReadI32(type);
                    break;
                case 4:
                    checksum = (uint)reader.ReadI32(type);
                    break;
                case 5 or 7:
                    body = ReadFirst(ref reader, type);
                    break;
                case 8:
                    body = ReadSecond(ref reader, type);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return kind is >= 0 and <= 3 && packed >= 0 && unpacked >= 0 && (body.Values >= 0 || kind == (int)PageKind.Index)
            ? body with { Kind = (PageKind)kind, Packed = packed, Unpacked = unpacked, Checksum = checksum }
            : throw reader.Fault($"a page of kind {kind} with {packed} bytes, {unpacked} unpacked, and {body.Values} values");
    }

    private static PageHeader ReadFirst(ref ThriftReader reader, ThriftType outer)
    {
        reader.Demand(outer, ThriftType.Struct);
        int values = -1, encoding = -1, levels = 3, field = 0;
        while (reader.NextField(ref field, out ThriftType type))
        {
            switch (field)
            {
                case 1:
                    values = reader.ReadI32(type);
                    break;
                case 2:
                    encoding = reader.ReadI32(type);
                    break;
                case 3 when type == ThriftType.I32:
                    levels = reader.ReadI32(type);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return new PageHeader(default, 0, 0, null, values, -1, encoding, levels, -1, true);
    }

    private static PageHeader ReadSecond(ref ThriftReader reader, ThriftType outer)
    {
        reader.Demand(outer, ThriftType.Struct);
        int values = -1, nulls = -1, encoding = -1, levels = -1, repetitions = -1, field = 0;
        bool packed = true;
        while (reader.NextField(ref field, out ThriftType type))
        {
            switch (field)
            {
                case 1:
                    values = reader.ReadI32(type);
                    break;
                case 2:
                    nulls = reader.ReadI32(type);
                    break;
                case 4:
                    encoding = reader.ReadI32(type);
                    break;
                case 5:
                    levels = reader.ReadI32(type);
                    break;
                case 6:
                    repetitions = reader.ReadI32(type);
                    break;
                case 7:
                    packed = type != ThriftType.False;
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return levels >= 0 && repetitions == 0 && nulls >= 0 && nulls <= values
            ? new PageHeader(default, 0, 0, null, values, nulls, encoding, 3, levels, packed)
            : throw reader.Fault($"a page claims {nulls} nulls of {values} values, {levels} bytes of levels and {repetitions} of repetitions");
    }
}

/// <summary>Kinds of pages.</summary>
internal enum PageKind
{
    First = 0,
    Index = 1,
    Dictionary = 2,
    Second = 3,
}
