using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Lifecycle.Serving;

/// <summary>
/// A place of the ring, 128 bytes wide: free for the record of this turn, or holding the one of the turn before, redacted. The elements of small
/// records stand in it, so that a caller touches two cache lines and no other memory.
/// </summary>
internal struct LogCell
{
    /// <summary>Bytes that have room in the place itself.</summary>
    public const int InlineBytes = 48;

    public const int Bytes = 80 + InlineBytes;

    /// <summary>A larger buffer is lent from the pool for one record, so that a few large ones do not make all places large for ever.</summary>
    private const int MostOwnBytes = 1_024;

    private const int LengthBytes = sizeof(int);

    public long Turn;

    private RecordLayout? _layout;
    private string? _clientId;
    private byte[]? _buffer;
    private Guid _id;
    private long _at;
    private long _duration;
    private int _rows;
    private int _length;
    private long _size;
    private Inline _inline;

    /// <summary>What the ring counts for it.</summary>
    public readonly long Size => _size;

    /// <summary>Null when it could not be copied: there is nothing to write.</summary>
    public readonly RecordLayout? Layout => _layout;

    public readonly string? ClientId => _clientId;

    public readonly Guid Id => _id;

    public readonly DateTime At => new(_at, DateTimeKind.Utc);

    public readonly TimeSpan Duration => new(_duration);

    public readonly int Rows => _rows;

    /// <summary>Sizes of all dimensions, seven bits a byte, then the elements as they lie in memory, texts each with its length before it.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Content => _length <= InlineBytes ? ((ReadOnlySpan<byte>)_inline)[.._length] : _buffer.AsSpan(0, _length);

    /// <summary>Bytes of <see cref="Content"/>; of a redacted column at most.</summary>
    public static long Measure(RecordLayout layout, TensorSet inputs, TensorSet? outputs) =>
        Measure(layout.Inputs, inputs) + (outputs is null ? 0 : Measure(layout.Outputs, outputs));

    /// <summary>Takes a size off the content.</summary>
    public static long NextSize(ref ReadOnlySpan<byte> content)
    {
        ulong size = 0;
        int at = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = content[at++];
            size |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                content = content[at..];
                return (long)size;
            }
        }
    }

    /// <summary>Takes a text off the content.</summary>
    public static ReadOnlySpan<byte> NextText(ref ReadOnlySpan<byte> content)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(content);
        ReadOnlySpan<byte> text = content.Slice(LengthBytes, length);
        content = content[(LengthBytes + length)..];
        return text;
    }

    /// <summary>Counts so much for it and makes it void until it is filled.</summary>
    public void Claim(long size) => (_size, _layout) = (size, null);

    /// <summary>Copies a prediction; when it throws the place is void.</summary>
    /// <param name="layout">Its kind.</param>
    /// <param name="stamp">Which it was.</param>
    /// <param name="inputs">What went in.</param>
    /// <param name="outputs">What came out.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="most">What <see cref="Measure(RecordLayout, TensorSet, TensorSet?)"/> said.</param>
    public void Fill(RecordLayout layout, in InferenceStamp stamp, TensorSet inputs, TensorSet? outputs, int rows, int most)
    {
        Span<byte> free = most <= InlineBytes ? _inline : Lend(most);
        int room = free.Length;
        AddSizes(layout.Inputs, inputs, ref free);
        if (outputs is not null)
        {
            AddSizes(layout.Outputs, outputs, ref free);
        }

        AddElements(layout.Inputs, inputs, ref free);
        if (outputs is not null)
        {
            AddElements(layout.Outputs, outputs, ref free);
        }

        _length = room - free.Length;
        if (most > InlineBytes && _length <= InlineBytes)
        {
            // Shorter than it might have been.
            _buffer.AsSpan(0, _length).CopyTo(_inline);
        }

        (_id, _at, _duration, _rows) = (stamp.RequestId, stamp.At.UtcTicks, stamp.Duration.Ticks, rows);
        if (stamp.ClientId is not null)
        {
            _clientId = stamp.ClientId;
        }

        _layout = layout;
    }

    /// <summary>It was written: gives back what was lent.</summary>
    public void Clear()
    {
        if (_clientId is not null)
        {
            _clientId = null;
        }

        if (_buffer is { Length: > MostOwnBytes } lent)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(lent);
        }
    }

    private static long Measure(ReadOnlySpan<LoggedColumn> columns, TensorSet set)
    {
        long bytes = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            LoggedColumn column = columns[i];
            if (column.IsDropped)
            {
                continue;
            }

            TensorValue value = set[i].Value;
            foreach (long size in value.Shape.Dimensions)
            {
                bytes++;
                for (ulong rest = (ulong)size >> 7; rest != 0; rest >>= 7)
                {
                    bytes++;
                }
            }

            if (column.Redaction is { } redaction)
            {
                bytes += (long)value.Count * (LengthBytes + redaction.MostBytes);
            }
            else if (value.Type == TensorElementType.Bytes)
            {
                foreach (ReadOnlyMemory<byte> text in value.Texts)
                {
                    bytes += LengthBytes + text.Length;
                }
            }
            else
            {
                bytes += value.Raw.Length;
            }
        }

        return bytes;
    }

    private static void AddSizes(ReadOnlySpan<LoggedColumn> columns, TensorSet set, ref Span<byte> free)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i].IsDropped)
            {
                continue;
            }

            foreach (long size in set[i].Value.Shape.Dimensions)
            {
                int at = 0;
                ulong rest = (ulong)size;
                for (; rest >= 0x80; rest >>= 7)
                {
                    free[at++] = (byte)(rest | 0x80);
                }

                free[at++] = (byte)rest;
                free = free[at..];
            }
        }
    }

    private static void AddElements(ReadOnlySpan<LoggedColumn> columns, TensorSet set, ref Span<byte> free)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            LoggedColumn column = columns[i];
            TensorValue value = set[i].Value;
            if (column.Redaction is { } redaction)
            {
                for (int element = 0; !column.IsDropped && element < value.Count; element++)
                {
                    string text = redaction.Of(value, element);
                    int length = Encoding.UTF8.GetBytes(text, free[LengthBytes..]);
                    BinaryPrimitives.WriteInt32LittleEndian(free, length);
                    free = free[(LengthBytes + length)..];
                }
            }
            else if (value.Type == TensorElementType.Bytes)
            {
                foreach (ReadOnlyMemory<byte> text in value.Texts)
                {
                    BinaryPrimitives.WriteInt32LittleEndian(free, text.Length);
                    text.Span.CopyTo(free[LengthBytes..]);
                    free = free[(LengthBytes + text.Length)..];
                }
            }
            else
            {
                ReadOnlySpan<byte> raw = value.Raw;
                raw.CopyTo(free);
                free = free[raw.Length..];
            }
        }
    }

    private Span<byte> Lend(int bytes)
    {
        if (_buffer is null || _buffer.Length < bytes)
        {
            _buffer = bytes > MostOwnBytes ? ArrayPool<byte>.Shared.Rent(bytes) : new byte[bytes > MostOwnBytes / 2 ? MostOwnBytes : bytes > MostOwnBytes / 4 ? MostOwnBytes / 2 : MostOwnBytes / 4];
        }

        return _buffer;
    }

    [InlineArray(InlineBytes)]
    private struct Inline
    {
        private byte _first;
    }
}
