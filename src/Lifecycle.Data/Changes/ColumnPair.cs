using System.Buffers.Binary;
using System.Text;

namespace Lifecycle.Data;

/// <summary>A column of two versions: how cells of it are compared and hashed, though the types may differ.</summary>
internal sealed class ColumnPair
{
    private readonly Kind _kind;

    private ColumnPair(string name, Kind kind)
    {
        Name = name;
        _kind = kind;
    }

    private enum Kind
    {
        Text,
        Number,
        Whole,
        Time,
        Flag,
    }

    public string Name { get; }

    public static ColumnPair Of(TableColumn old, TableColumn @new) => new(old.Name, (KindOf(old.Type), KindOf(@new.Type)) switch
    {
        (Kind.Whole or Kind.Number, Kind.Whole or Kind.Number) pair => pair is (Kind.Whole, Kind.Whole) ? Kind.Whole : Kind.Number,
        var (a, b) when a == b => a,
        _ => Kind.Text,
    });

    /// <summary>Whether two cells are equal: by value, -0 as 0, all NaN alike, null only to null.</summary>
    public bool Equal(BatchColumn a, int i, BatchColumn b, int j)
    {
        bool nothing = a.IsNull(i);
        if (nothing || b.IsNull(j))
        {
            return nothing && b.IsNull(j);
        }

        return _kind switch
        {
            Kind.Whole => Whole(a, i) == Whole(b, j),
            Kind.Number => EqualNumbers(a, i, b, j),
            Kind.Time => Ticks(a, i) == Ticks(b, j),
            Kind.Flag => ((BatchColumn<bool>)a).Values.Span[i] == ((BatchColumn<bool>)b).Values.Span[j],
            _ when a is BatchColumn<string> left && b is BatchColumn<string> right => string.Equals(left.Values.Span[i], right.Values.Span[j], StringComparison.Ordinal),
            _ => string.Equals(a.Text(i), b.Text(j), StringComparison.Ordinal),
        };
    }

    /// <summary>Writes a cell so that equal ones give equal bytes.</summary>
    public void Append(BatchColumn column, int row, ref RowBytes bytes)
    {
        if (column.IsNull(row))
        {
            bytes.Take(1)[0] = 0;
            return;
        }

        if (_kind == Kind.Text)
        {
            string text = column is BatchColumn<string> texts ? texts.Values.Span[row] : column.Text(row) ?? "";
            int length = Encoding.UTF8.GetMaxByteCount(text.Length);
            Span<byte> room = bytes.Take(1 + sizeof(int) + length);
            int written = Encoding.UTF8.GetBytes(text, room[(1 + sizeof(int))..]);
            room[0] = 1;
            BinaryPrimitives.WriteInt32LittleEndian(room[1..], written);
            bytes.GiveBack(length - written);
            return;
        }

        Span<byte> value = bytes.Take(1 + sizeof(long));
        value[0] = 1;
        BinaryPrimitives.WriteInt64LittleEndian(value[1..], _kind switch
        {
            Kind.Whole => Whole(column, row),
            Kind.Time => Ticks(column, row),
            Kind.Flag => ((BatchColumn<bool>)column).Values.Span[row] ? 1 : 0,
            _ => BitConverter.DoubleToInt64Bits(Number(column, row) is var number && double.IsNaN(number) ? double.NaN : number + 0.0),
        });
    }

    private static Kind KindOf(ColumnType type) => type switch
    {
        ColumnType.Int32 or ColumnType.Int64 => Kind.Whole,
        ColumnType.Single or ColumnType.Double => Kind.Number,
        ColumnType.Date or ColumnType.DateTime => Kind.Time,
        ColumnType.Boolean => Kind.Flag,
        _ => Kind.Text,
    };

    private static bool EqualNumbers(BatchColumn a, int i, BatchColumn b, int j)
    {
        double x = Number(a, i), y = Number(b, j);
        if (!x.Equals(y) && x != y)
        {
            return false;
        }

        // an integer beyond 2^53 is not the double next to it
        bool left = a is BatchColumn<long>, right = b is BatchColumn<long>;
        return left == right ? !left || Whole(a, i) == Whole(b, j) : (left ? IsExactly(Whole(a, i), y) : IsExactly(Whole(b, j), x));
    }

    private static bool IsExactly(long whole, double number) => number < 9223372036854775808.0 && (long)number == whole;

    private static long Whole(BatchColumn column, int row) => column is BatchColumn<long> longs ? longs.Values.Span[row] : ((BatchColumn<int>)column).Values.Span[row];

    private static double Number(BatchColumn column, int row) => column switch
    {
        BatchColumn<double> doubles => doubles.Values.Span[row],
        BatchColumn<long> longs => longs.Values.Span[row],
        BatchColumn<int> ints => ints.Values.Span[row],
        _ => ((BatchColumn<float>)column).Values.Span[row],
    };

    private static long Ticks(BatchColumn column, int row) => column is BatchColumn<DateTime> times
        ? times.Values.Span[row].Ticks
        : ((BatchColumn<DateOnly>)column).Values.Span[row].DayNumber * TimeSpan.TicksPerDay;
}

/// <summary>Bytes of a key as they are put together.</summary>
internal struct RowBytes()
{
    private byte[] _bytes = new byte[256];
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void GiveBack(int count) => _length -= count;

    public Span<byte> Take(int count)
    {
        if (_length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + count, _bytes.Length * 2));
        }

        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
