using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>The SHA-256 of one column's cells: little-endian numbers, one NaN for all, texts as UTF-8 after their length, vectors as length and non-zero slots.</summary>
internal abstract class ColumnHash : IDisposable
{
    private const int BufferSize = 1 << 15;
    private const int TextSize = 16;

    private static readonly Dictionary<Type, (int Size, Func<DataViewSchema.Column, ColumnHash> Make)> Kinds = new()
    {
        [typeof(bool)] = Kind<bool>(1, (h, v) => h.Byte(v ? (byte)1 : (byte)0)),
        [typeof(sbyte)] = Kind<sbyte>(1, (h, v) => h.Byte((byte)v)),
        [typeof(byte)] = Kind<byte>(1, (h, v) => h.Byte(v)),
        [typeof(short)] = Kind<short>(2, (h, v) => BinaryPrimitives.WriteInt16LittleEndian(h.Take(2), v)),
        [typeof(ushort)] = Kind<ushort>(2, (h, v) => BinaryPrimitives.WriteUInt16LittleEndian(h.Take(2), v)),
        [typeof(int)] = Kind<int>(4, (h, v) => h.Int(v)),
        [typeof(uint)] = Kind<uint>(4, (h, v) => h.Int((int)v)),
        [typeof(long)] = Kind<long>(8, (h, v) => h.Long(v)),
        [typeof(ulong)] = Kind<ulong>(8, (h, v) => h.Long((long)v)),
        [typeof(float)] = Kind<float>(4, (h, v) => h.Int(float.IsNaN(v) ? 0x7FC0_0000 : BitConverter.SingleToInt32Bits(v))),
        [typeof(double)] = Kind<double>(8, (h, v) => h.Long(double.IsNaN(v) ? 0x7FF8_0000_0000_0000 : BitConverter.DoubleToInt64Bits(v))),
        [typeof(DateTime)] = Kind<DateTime>(8, (h, v) => h.Long(v.Ticks)),
        [typeof(TimeSpan)] = Kind<TimeSpan>(8, (h, v) => h.Long(v.Ticks)),
        [typeof(DateTimeOffset)] = Kind<DateTimeOffset>(16, (h, v) =>
        {
            h.Long(v.Ticks);
            h.Long(v.Offset.Ticks);
        }),
        [typeof(DataViewRowId)] = Kind<DataViewRowId>(16, (h, v) =>
        {
            h.Long((long)v.High);
            h.Long((long)v.Low);
        }),
        [typeof(ReadOnlyMemory<char>)] = Kind<ReadOnlyMemory<char>>(TextSize, (h, v) => h.Text(v.Span)),
    };

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _used;
    private long _hashed;

    /// <summary>How much has been read.</summary>
    public long Bytes => _hashed + _used;

    public static bool Supports(DataViewType type) => type is not VectorDataViewType and not StructuredDataViewType && Kinds.ContainsKey(type.RawType)
        || (type is VectorDataViewType vector && Kinds.ContainsKey(vector.ItemType.RawType));

    /// <summary>Bytes that a cell has at least; of a text and of a vector without a fixed size a guess.</summary>
    public static long LeastSize(DataViewType type) => type is VectorDataViewType vector ? (long)Math.Max(1, vector.Size) * Kinds[vector.ItemType.RawType].Size : Kinds[type.RawType].Size;

    public static ColumnHash For(DataViewSchema.Column column) => Kinds[column.Type is VectorDataViewType vector ? vector.ItemType.RawType : column.Type.RawType].Make(column);

    public abstract void Attach(DataViewRowCursor cursor);

    public abstract void Read();

    public byte[] Finish()
    {
        Flush();
        return _hash.GetHashAndReset();
    }

    public void Dispose() => _hash.Dispose();

    protected void Byte(byte value) => Take(1)[0] = value;

    protected void Int(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    protected void Long(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    protected void Text(ReadOnlySpan<char> text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Int(length);
        if (length <= BufferSize)
        {
            Encoding.UTF8.GetBytes(text, Take(length));
            return;
        }

        Flush();
        byte[] bytes = new byte[length];
        Encoding.UTF8.GetBytes(text, bytes);
        _hash.AppendData(bytes);
        _hashed += length;
    }

    private static (int, Func<DataViewSchema.Column, ColumnHash>) Kind<T>(int size, Action<ColumnHash, T> add)
        where T : struct => (size, column => column.Type is VectorDataViewType ? new Vectors<T>(column, add) : new Scalars<T>(column, add));

    private Span<byte> Take(int count)
    {
        if (_used + count > BufferSize)
        {
            Flush();
        }

        _used += count;
        return _buffer.AsSpan(_used - count, count);
    }

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _used);
        _hashed += _used;
        _used = 0;
    }

    private sealed class Scalars<T>(DataViewSchema.Column column, Action<ColumnHash, T> add) : ColumnHash
    {
        private ValueGetter<T>? _getter;
        private T _value = default!;

        public override void Attach(DataViewRowCursor cursor) => _getter = cursor.GetGetter<T>(column);

        public override void Read()
        {
            _getter!(ref _value);
            add(this, _value);
        }
    }

    private sealed class Vectors<T>(DataViewSchema.Column column, Action<ColumnHash, T> add) : ColumnHash
        where T : struct
    {
        private readonly EqualityComparer<T> _same = EqualityComparer<T>.Default;
        private ValueGetter<VBuffer<T>>? _getter;
        private VBuffer<T> _value;

        public override void Attach(DataViewRowCursor cursor) => _getter = cursor.GetGetter<VBuffer<T>>(column);

        public override void Read()
        {
            _getter!(ref _value);
            ReadOnlySpan<T> values = _value.GetValues();
            ReadOnlySpan<int> indices = _value.IsDense ? default : _value.GetIndices();
            Int(_value.Length);
            for (int i = 0; i < values.Length; i++)
            {
                if (!IsZero(values[i]))
                {
                    Int(indices.IsEmpty ? i : indices[i]);
                    add(this, values[i]);
                }
            }

            Int(-1);
        }

        // A text is empty by its content; that of a struct equal to the default by its place in memory would not do.
        private bool IsZero(T value) => value is ReadOnlyMemory<char> text ? text.IsEmpty : _same.Equals(value, default);
    }
}
