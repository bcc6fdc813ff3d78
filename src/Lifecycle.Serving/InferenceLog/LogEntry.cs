using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;

namespace Lifecycle.Serving;

/// <summary>A prediction on its way to the log: a copy, redacted, in memory that is used again.</summary>
internal sealed class LogEntry
{
    /// <summary>More than this is lent from the pool for one record, so that a few large ones do not make all entries large for ever.</summary>
    private const int MostOwnBytes = 1_024;

    private const int LengthBytes = sizeof(int);

    private byte[] _own = new byte[MostOwnBytes / 4];
    private byte[] _bytes;
    private LoggedTensor[] _tensors = new LoggedTensor[2];
    private int _length;
    private int _count;
    private int _inputs;
    private InferenceStamp _stamp;

    public LogEntry() => _bytes = _own;

    public ref readonly InferenceStamp Stamp => ref _stamp;

    public int Rows { get; private set; }

    public bool HasOutputs { get; private set; }

    /// <summary>What the ring counts for it.</summary>
    public long Size { get; set; }

    /// <summary>It could not be copied; there is nothing to write.</summary>
    public bool IsVoid { get; private set; }

    public ReadOnlySpan<LoggedTensor> Inputs => _tensors.AsSpan(0, _inputs);

    public ReadOnlySpan<LoggedTensor> Outputs => _tensors.AsSpan(_inputs, _count - _inputs);

    /// <summary>The elements as they lie in memory; texts each with its length before it.</summary>
    public ReadOnlySpan<byte> Bytes(in LoggedTensor tensor) => _bytes.AsSpan(tensor.Offset, tensor.Length);

    /// <summary>Takes the first text off the elements of a tensor of texts.</summary>
    public static ReadOnlySpan<byte> NextText(ref ReadOnlySpan<byte> elements)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(elements);
        ReadOnlySpan<byte> text = elements.Slice(LengthBytes, length);
        elements = elements[(LengthBytes + length)..];
        return text;
    }

    public void Fill(in InferenceStamp stamp, TensorSet inputs, TensorSet? outputs, int rows, FrozenDictionary<string, ColumnRedaction>? redactions)
    {
        _length = _count = 0;
        IsVoid = false;
        _stamp = stamp;
        Rows = rows;
        HasOutputs = outputs is not null;
        Add(inputs, redactions);
        _inputs = _count;
        if (outputs is not null)
        {
            Add(outputs, redactions);
        }
    }

    public void Void() => (IsVoid, _length, _count, _inputs, _stamp) = (true, 0, 0, 0, default);

    /// <summary>It was written: gives back what was lent.</summary>
    public void Clear()
    {
        if (_stamp.ClientId is not null)
        {
            // The rest names what lives anyway.
            _stamp = default;
        }

        if (_bytes != _own)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = _own;
        }
    }

    private void Add(TensorSet set, FrozenDictionary<string, ColumnRedaction>? redactions)
    {
        for (int i = 0; i < set.Count; i++)
        {
            (string name, TensorValue value) = set[i];
            ColumnRedaction? redaction = null;
            redactions?.TryGetValue(name, out redaction);
            if (redaction?.Kind == RedactionKind.Drop)
            {
                continue;
            }

            int offset = _length;
            if (redaction is not null)
            {
                for (int element = 0; element < value.Count; element++)
                {
                    AddText(redaction.Of(value, element));
                }
            }
            else if (value.Type == TensorElementType.Bytes)
            {
                foreach (ReadOnlyMemory<byte> text in value.Texts)
                {
                    text.Span.CopyTo(ReserveText(text.Length));
                }
            }
            else
            {
                Span<byte> raw = value.Raw;
                raw.CopyTo(Reserve(raw.Length));
            }

            if (_count == _tensors.Length)
            {
                Array.Resize(ref _tensors, _count * 2);
            }

            _tensors[_count++] = new LoggedTensor(
                name, redaction is null ? value.Type : TensorElementType.Bytes, value.Shape, value.Count, offset, _length - offset, redaction?.Kind ?? RedactionKind.None);
        }
    }

    private void AddText(string text) => Encoding.UTF8.GetBytes(text, ReserveText(Encoding.UTF8.GetByteCount(text)));

    private Span<byte> ReserveText(int length)
    {
        Span<byte> space = Reserve(checked(LengthBytes + length));
        BinaryPrimitives.WriteInt32LittleEndian(space, length);
        return space[LengthBytes..];
    }

    private Span<byte> Reserve(int bytes)
    {
        int needed = checked(_length + bytes);
        if (needed > _bytes.Length)
        {
            Grow(needed);
        }

        Span<byte> space = _bytes.AsSpan(_length, bytes);
        _length = needed;
        return space;
    }

    private void Grow(int needed)
    {
        byte[] old = _bytes;
        if (needed <= MostOwnBytes)
        {
            _bytes = new byte[needed > MostOwnBytes / 2 ? MostOwnBytes : MostOwnBytes / 2];
            old.AsSpan(0, _length).CopyTo(_bytes);
            _own = _bytes;
            return;
        }

        _bytes = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _length)));
        old.AsSpan(0, _length).CopyTo(_bytes);
        if (old != _own)
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }
}

/// <summary>One tensor of an entry.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its elements are; texts when it is redacted.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Count">Number of elements.</param>
/// <param name="Offset">Where its elements begin in the entry's bytes.</param>
/// <param name="Length">Their bytes.</param>
/// <param name="Redaction">How it was hidden.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LoggedTensor(
    string Name, TensorElementType Type, TensorShape Shape, int Count, int Offset, int Length, RedactionKind Redaction);
