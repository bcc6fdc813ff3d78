using System.Globalization;
using System.Text;
using Lifecycle.Serving;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>How values of one ML.NET item type stand in a tensor. Numbers keep their bits; texts are UTF-8; dates are ISO 8601 texts.</summary>
internal abstract class ColumnCodec(TensorElementType type)
{
    private static readonly Dictionary<Type, ColumnCodec> Codecs = new()
    {
        [typeof(bool)] = new NumberCodec<bool>(), [typeof(byte)] = new NumberCodec<byte>(), [typeof(ushort)] = new NumberCodec<ushort>(),
        [typeof(uint)] = new NumberCodec<uint>(), [typeof(ulong)] = new NumberCodec<ulong>(), [typeof(sbyte)] = new NumberCodec<sbyte>(),
        [typeof(short)] = new NumberCodec<short>(), [typeof(int)] = new NumberCodec<int>(), [typeof(long)] = new NumberCodec<long>(),
        [typeof(float)] = new NumberCodec<float>(), [typeof(double)] = new NumberCodec<double>(),
        [typeof(ReadOnlyMemory<char>)] = new TextCodec(), [typeof(DateTime)] = new DateCodec(),
    };

    /// <summary>What the elements of the tensor are.</summary>
    public TensorElementType Type => type;

    /// <summary>The codec of a column; null when there is none.</summary>
    public static ColumnCodec? Of(DataViewType type) =>
        Codecs.GetValueOrDefault(type is VectorDataViewType vector ? vector.ItemType.RawType : type.RawType);

    /// <summary>A getter that hands the value of the row's current row to ML.NET: <see cref="ValueGetter{TValue}"/> of the column's raw type.</summary>
    public abstract Delegate Getter(TensorRow row, int column, DataViewType columnType);

    /// <summary>A reader that takes the value of an output column into a tensor.</summary>
    public abstract OutputReader Reader(DataViewRow row, DataViewSchema.Column column);

    private abstract class ItemCodec<T>(TensorElementType type) : ColumnCodec(type)
    {
        public override Delegate Getter(TensorRow row, int column, DataViewType columnType) => columnType is VectorDataViewType
            ? (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
            {
                TensorValue tensor = row.Tensor(column);
                int size = (int)tensor.Shape[1];
                VBufferEditor<T> editor = VBufferEditor.Create(ref value, size);
                Read(tensor, row.Row * size, editor.Values);
                value = editor.Commit();
            })
            : Scalar(row, column);

        public override OutputReader Reader(DataViewRow row, DataViewSchema.Column column) => column.Type is VectorDataViewType
            ? new VectorReader<T>(column.Name, this, row.GetGetter<VBuffer<T>>(column))
            : new ScalarReader<T>(column.Name, this, row.GetGetter<T>(column));

        public abstract void Write(TensorValue tensor, int at, ReadOnlySpan<T> values);

        protected abstract void Read(TensorValue tensor, int at, Span<T> values);

        protected virtual ValueGetter<T> Scalar(TensorRow row, int column) => (ref T value) => Read(row.Tensor(column), row.Row, new Span<T>(ref value));
    }

    private sealed class NumberCodec<T>() : ItemCodec<T>(TensorElementTypes.Of<T>())
        where T : unmanaged
    {
        public override void Write(TensorValue tensor, int at, ReadOnlySpan<T> values) => values.CopyTo(tensor.Span<T>()[at..]);

        protected override void Read(TensorValue tensor, int at, Span<T> values) => tensor.Span<T>().Slice(at, values.Length).CopyTo(values);

        protected override ValueGetter<T> Scalar(TensorRow row, int column) => (ref T value) => value = row.Tensor(column).Span<T>()[row.Row];
    }

    private sealed class TextCodec() : ItemCodec<ReadOnlyMemory<char>>(TensorElementType.Bytes)
    {
        public override void Write(TensorValue tensor, int at, ReadOnlySpan<ReadOnlyMemory<char>> values)
        {
            Span<ReadOnlyMemory<byte>> texts = tensor.Texts;
            for (int i = 0; i < values.Length; i++)
            {
                byte[] bytes = new byte[Encoding.UTF8.GetByteCount(values[i].Span)];
                Encoding.UTF8.GetBytes(values[i].Span, bytes);
                texts[at + i] = bytes;
            }
        }

        protected override void Read(TensorValue tensor, int at, Span<ReadOnlyMemory<char>> values)
        {
            Span<ReadOnlyMemory<byte>> texts = tensor.Texts;
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = Encoding.UTF8.GetString(texts[at + i].Span).AsMemory();
            }
        }
    }

    private sealed class DateCodec() : ItemCodec<DateTime>(TensorElementType.Bytes)
    {
        public override void Write(TensorValue tensor, int at, ReadOnlySpan<DateTime> values)
        {
            Span<ReadOnlyMemory<byte>> texts = tensor.Texts;
            for (int i = 0; i < values.Length; i++)
            {
                texts[at + i] = Encoding.UTF8.GetBytes(values[i].ToString("O", CultureInfo.InvariantCulture));
            }
        }

        protected override void Read(TensorValue tensor, int at, Span<DateTime> values)
        {
            Span<ReadOnlyMemory<byte>> texts = tensor.Texts;
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = Date(Encoding.UTF8.GetString(texts[at + i].Span));
            }
        }

        private static DateTime Date(string text)
        {
            if (text.Length == 0)
            {
                // The row of zeros of the warm-up has an empty text.
                return default;
            }

            if (text.Length < 10 || text[4] != '-' || text[7] != '-' || !DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime date))
            {
                throw new InvalidInputException($"'{(text.Length > 80 ? text[..80] : text)}' is no date; send ISO 8601, for example 1990-12-31T00:00:00.");
            }

            // A moment with an offset would else depend on where the process runs.
            return date.Kind == DateTimeKind.Local ? date.ToUniversalTime() : date;
        }
    }

    private sealed class ScalarReader<T>(string name, ItemCodec<T> codec, ValueGetter<T> getter) : OutputReader(name, codec.Type)
    {
        private T _value = default!;

        protected override int Fetch()
        {
            getter(ref _value);
            return 1;
        }

        protected override void Store(TensorValue room, int at) => codec.Write(room, at, new ReadOnlySpan<T>(ref _value));
    }

    private sealed class VectorReader<T>(string name, ItemCodec<T> codec, ValueGetter<VBuffer<T>> getter) : OutputReader(name, codec.Type)
    {
        private VBuffer<T> _value;
        private T[] _dense = [];

        protected override int Fetch()
        {
            getter(ref _value);
            return _value.Length;
        }

        protected override void Store(TensorValue room, int at)
        {
            if (_value.IsDense)
            {
                codec.Write(room, at, _value.GetValues());
            }
            else
            {
                Array.Resize(ref _dense, _value.Length);
                _value.CopyTo(_dense);
                codec.Write(room, at, _dense);
            }
        }
    }
}
