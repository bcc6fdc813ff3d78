using System.Text;

namespace Lifecycle.Data.Parquet;

/// <summary>Spreads the values that are there over the rows and gives them the type of the table.</summary>
internal sealed class Cells(ParquetColumn column, int rows, bool[]? valid, long offset)
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public BatchColumn<bool> Of(bool[] values) => Same(values);

    public BatchColumn Of(int[] values) => (column.Column.Type, column.Node.Annotation) switch
    {
        (ColumnType.Date, _) => Spread(values, v => Days(v)),
        (ColumnType.Double, _) => Spread(values, v => DecimalNumber.Of(v, column.Node.Scale)),
        (ColumnType.Int64, _) => Spread(values, v => (long)(uint)v),
        _ => Same(values),
    };

    public BatchColumn Of(long[] values) => (column.Column.Type, column.Node.Annotation) switch
    {
        (ColumnType.Double, _) => Spread(values, v => DecimalNumber.Of(v, column.Node.Scale)),
        (ColumnType.DateTime, Annotation.Milliseconds) => Spread(values, v => Instant(v, TimeSpan.TicksPerMillisecond)),
        (ColumnType.DateTime, Annotation.Microseconds) => Spread(values, v => Instant(v, TimeSpan.TicksPerMicrosecond)),
        (ColumnType.DateTime, _) => Spread(values, v => Instant((v / 100) - (v % 100 < 0 ? 1 : 0), 1)),
        (_, Annotation.Unsigned) => Spread(values, v => v >= 0 ? v : throw Fault($"the value {(ulong)v} does not fit into Int64")),
        _ => Same(values),
    };

    public BatchColumn<float> Of(float[] values) => Same(values);

    public BatchColumn<double> Of(double[] values) => Same(values);

    public BatchColumn Of(ReadOnlyMemory<byte>[] values, bool repeated) => column.Column.Type switch
    {
        ColumnType.Int32 => Spread(values, v => v.Length),
        ColumnType.DateTime => Spread(values, OldInstant),
        ColumnType.Double => Spread(values, v => DecimalNumber.Of(v.Span, column.Node.Scale)),
        ColumnType.Single => Spread(values, v => v.Length == 2 ? (float)BitConverter.ToHalf(v.Span) : throw Fault("a half float does not have two bytes")),
        _ => repeated ? Spread(values, Remember()) : Spread(values, Text),
    };

    private BatchColumn<T> Same<T>(T[] values) => valid is null ? new BatchColumn<T>(column.Column, Demand(values)) : Spread(values, v => v);

    private BatchColumn<TTo> Spread<TFrom, TTo>(TFrom[] values, Func<TFrom, TTo> convert)
    {
        TTo[] cells = new TTo[rows];
        if (valid is null)
        {
            Demand(values);
        }

        int next = 0;
        for (int i = 0; i < cells.Length; i++)
        {
            if (valid is null || valid[i])
            {
                cells[i] = convert(values[next++]);
            }
            else if (typeof(TTo) == typeof(string))
            {
                cells[i] = (TTo)(object)"";
            }
        }

        return new BatchColumn<TTo>(column.Column, cells, valid);
    }

    private T[] Demand<T>(T[] values) => values.Length == rows ? values : throw Fault($"there are {values.Length} values in {rows} rows");

    private static DateOnly Day(long days) => DateOnly.FromDayNumber((int)days);

    private DateOnly Days(int sinceEpoch)
    {
        long day = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + (long)sinceEpoch;
        return day >= 0 && day <= DateOnly.MaxValue.DayNumber ? Day(day) : throw Fault($"a date lies {sinceEpoch} days after 1970, outside the years 1 to 9999");
    }

    private DateTime Instant(long units, long ticks)
    {
        Int128 at = DateTime.UnixEpoch.Ticks + ((Int128)units * ticks);
        return at >= 0 && at <= DateTime.MaxValue.Ticks
            ? new DateTime((long)at, DateTimeKind.Utc)
            : throw Fault($"a time lies {units} units of {ticks * 100} ns after 1970, outside the years 1 to 9999");
    }

    private DateTime OldInstant(ReadOnlyMemory<byte> bytes)
    {
        // nanoseconds of the day, then the Julian day; 1970-01-01 is 2,440,588
        if (bytes.Length != 12)
        {
            throw Fault("a time does not have twelve bytes");
        }

        Int128 ticks = ((Int128)(BitConverter.ToInt32(bytes.Span[8..]) - 2_440_588L) * TimeSpan.TicksPerDay) + (BitConverter.ToInt64(bytes.Span) / 100);
        return ticks >= long.MinValue / 2 && ticks <= long.MaxValue / 2 ? Instant((long)ticks, 1) : throw Fault("a time lies outside the years 1 to 9999");
    }

    private string Text(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return _strict.GetString(bytes.Span);
        }
        catch (DecoderFallbackException e)
        {
            throw new ParquetFaultException(TableProblemKind.Encoding, "a text is not UTF-8", offset, e);
        }
    }

    // equal texts of a dictionary are one piece of memory, and become one string
    private Func<ReadOnlyMemory<byte>, string> Remember()
    {
        Dictionary<ReadOnlyMemory<byte>, string> texts = [];
        return bytes => texts.TryGetValue(bytes, out string? text) ? text : texts[bytes] = Text(bytes);
    }

    private ParquetFaultException Fault(string message) => new(TableProblemKind.Damaged, message, offset);
}
