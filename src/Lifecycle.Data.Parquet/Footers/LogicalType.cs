namespace Lifecycle.Data.Parquet;

/// <summary>What a column means, by the new annotation of the format or by the old one; field numbers of parquet.thrift.</summary>
internal static class LogicalType
{
    public static Annotation Read(ref ThriftReader reader, ThriftType type, ref int bits, ref int scale)
    {
        reader.Demand(type, ThriftType.Struct);
        Annotation annotation = Annotation.None;
        int field = 0;
        while (reader.NextField(ref field, out ThriftType inner))
        {
            reader.Demand(inner, ThriftType.Struct);
            switch (field)
            {
                case 5:
                    annotation = Annotation.Decimal;
                    ReadDecimal(ref reader, ref scale);
                    break;
                case 8:
                    annotation = ReadTimestamp(ref reader);
                    break;
                case 10:
                    annotation = ReadInteger(ref reader, ref bits);
                    break;
                default:
                    annotation = field switch
                    {
                        1 or 4 or 12 => Annotation.Text,
                        6 => Annotation.Date,
                        15 => Annotation.HalfFloat,
                        _ => Annotation.Other,
                    };
                    reader.Skip(inner);
                    break;
            }
        }

        return annotation;
    }

    public static Annotation OfConverted(int converted, ref int bits)
    {
        (Annotation annotation, bits) = converted switch
        {
            -1 => (Annotation.None, 0),
            0 or 4 or 19 => (Annotation.Text, 0),
            5 => (Annotation.Decimal, 0),
            6 => (Annotation.Date, 0),
            9 => (Annotation.Milliseconds, 0),
            10 => (Annotation.Microseconds, 0),
            >= 11 and <= 14 => (Annotation.Unsigned, 8 << (converted - 11)),
            >= 15 and <= 18 => (Annotation.Signed, 8 << (converted - 15)),
            _ => (Annotation.Other, 0),
        };
        return annotation;
    }

    private static void ReadDecimal(ref ThriftReader reader, ref int scale)
    {
        int field = 0;
        while (reader.NextField(ref field, out ThriftType type))
        {
            if (field == 1)
            {
                scale = reader.ReadI32(type);
            }
            else
            {
                reader.Skip(type);
            }
        }
    }

    private static Annotation ReadTimestamp(ref ThriftReader reader)
    {
        Annotation unit = Annotation.Other;
        int field = 0;
        while (reader.NextField(ref field, out ThriftType type))
        {
            if (field != 2)
            {
                reader.Skip(type);
                continue;
            }

            reader.Demand(type, ThriftType.Struct);
            int choice = 0;
            while (reader.NextField(ref choice, out ThriftType inner))
            {
                unit = choice switch { 1 => Annotation.Milliseconds, 2 => Annotation.Microseconds, 3 => Annotation.Nanoseconds, _ => Annotation.Other };
                reader.Skip(inner);
            }
        }

        return unit;
    }

    private static Annotation ReadInteger(ref ThriftReader reader, ref int bits)
    {
        Annotation sign = Annotation.Unsigned;
        int field = 0;
        while (reader.NextField(ref field, out ThriftType type))
        {
            if (field == 1)
            {
                reader.Demand(type, ThriftType.Byte);
                bits = reader.ReadByte();
            }
            else
            {
                sign = field == 2 && type == ThriftType.True ? Annotation.Signed : sign;
                reader.Skip(type);
            }
        }

        return sign;
    }
}
