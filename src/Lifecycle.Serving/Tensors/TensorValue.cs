using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Lifecycle.Serving;

/// <summary>
/// The elements of one tensor in row-major order, with their type and shape. Used by one thread at a time.
/// Disposing gives its memory back for reuse; spans taken before must not be used after.
/// </summary>
public sealed class TensorValue : IDisposable
{
    private const int LeastTextRoom = 256;

    private byte[]? _bytes;
    private ReadOnlyMemory<byte>[]? _texts;
    private byte[] _textRoom = [];
    private int _textUsed;
    private int _count;
    private bool _disposed;

    /// <summary>Makes an empty value, to be filled by <see cref="Reshape(TensorElementType, ReadOnlySpan{long})"/>.</summary>
    public TensorValue(TensorElementType type)
    {
        Type = type;
        Shape = [0];
    }

    /// <summary>What the elements are.</summary>
    public TensorElementType Type { get; private set; }

    /// <summary>Dimensions, outermost first; all known.</summary>
    public TensorShape Shape { get; private set; }

    /// <summary>Number of elements.</summary>
    public int Count => _count;

    /// <summary>Makes a value by copying elements.</summary>
    /// <param name="elements">In row-major order.</param>
    /// <param name="shape">Their dimensions, for example <c>[1, 4]</c>.</param>
    /// <exception cref="InvalidInputException">The product of the dimensions is not the number of elements.</exception>
    public static TensorValue From<T>(ReadOnlySpan<T> elements, TensorShape shape)
        where T : unmanaged
    {
        TensorValue value = Sized(TensorElementTypes.Of<T>(), elements.Length, shape);
        elements.CopyTo(value.Span<T>());
        return value;
    }

    /// <summary>Makes a value from texts, kept as UTF-8.</summary>
    /// <exception cref="InvalidInputException">The product of the dimensions is not the number of elements.</exception>
    public static TensorValue From(ReadOnlySpan<string> elements, TensorShape shape)
    {
        TensorValue value = Sized(TensorElementType.Bytes, elements.Length, shape);
        Span<ReadOnlyMemory<byte>> texts = value.Texts;
        for (int i = 0; i < elements.Length; i++)
        {
            texts[i] = Encoding.UTF8.GetBytes(elements[i]);
        }

        return value;
    }

    /// <summary>Makes a <c>BF16</c> value from the upper 16 bits of floats.</summary>
    /// <exception cref="InvalidInputException">The product of the dimensions is not the number of elements.</exception>
    public static TensorValue FromBFloat16(ReadOnlySpan<ushort> bits, TensorShape shape)
    {
        TensorValue value = Sized(TensorElementType.BFloat16, bits.Length, shape);
        bits.CopyTo(value.Span<ushort>());
        return value;
    }

    /// <summary>The elements. Writable: a value is a buffer that its owner fills.</summary>
    /// <exception cref="InvalidCastException">The elements are of another type.</exception>
    public Span<T> Span<T>()
        where T : unmanaged
    {
        TensorElementType asked = TensorElementTypes.Of<T>();
        if (asked != Type && !(asked == TensorElementType.UInt16 && Type == TensorElementType.BFloat16))
        {
            throw new InvalidCastException($"The tensor has {Type.ProtocolName()} elements, not {asked.ProtocolName()}.");
        }

        return MemoryMarshal.Cast<byte, T>(Raw);
    }

    /// <summary>The elements of a <see cref="TensorElementType.Bytes"/> tensor, each with bytes of its own.</summary>
    /// <exception cref="InvalidCastException">The elements are of another type.</exception>
    public Span<ReadOnlyMemory<byte>> Texts
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Type == TensorElementType.Bytes
                ? _texts.AsSpan(0, _count)
                : throw new InvalidCastException($"The tensor has {Type.ProtocolName()} elements, not BYTES.");
        }
    }

    /// <summary>The elements as they lie in memory (the machine's byte order); empty for <see cref="TensorElementType.Bytes"/>.</summary>
    public Span<byte> Raw
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes.AsSpan(0, _count * Type.Size());
        }
    }

    /// <summary>The elements of a <see cref="TensorElementType.Bytes"/> tensor, decoded as UTF-8.</summary>
    public string[] ToStrings()
    {
        Span<ReadOnlyMemory<byte>> texts = Texts;
        string[] strings = new string[texts.Length];
        for (int i = 0; i < strings.Length; i++)
        {
            strings[i] = Encoding.UTF8.GetString(texts[i].Span);
        }

        return strings;
    }

    /// <summary>Makes room for another type and shape, reusing the memory when it is large enough. Texts are empty after it; what numbers are is not defined.</summary>
    /// <exception cref="InvalidInputException">The shape is negative or too large.</exception>
    public void Reshape(TensorElementType type, TensorShape shape)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int count = shape.ElementCount();
        if (type == TensorElementType.Bytes)
        {
            if (_texts is null || _texts.Length < count)
            {
                _texts = new ReadOnlyMemory<byte>[count];
            }

            _texts.AsSpan(0, count).Clear();
            _textUsed = 0;
        }
        else
        {
            Require(type, shape, (long)count * type.Size());
        }

        Type = type;
        Shape = shape;
        _count = count;
    }

    /// <summary>Makes room for another type and shape. A shape that is the present one costs nothing.</summary>
    /// <param name="type">What the elements will be.</param>
    /// <param name="dimensions">Outermost first.</param>
    /// <exception cref="InvalidInputException">The shape is negative or too large.</exception>
    [OverloadResolutionPriority(1)]
    public void Reshape(TensorElementType type, ReadOnlySpan<long> dimensions)
    {
        if (!Shape.Dimensions.SequenceEqual(dimensions))
        {
            Reshape(type, TensorShape.Unchecked(dimensions));
        }
        else if (type != Type || type == TensorElementType.Bytes)
        {
            Reshape(type, Shape);
        }
        else
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
        }
    }

    /// <summary>Copies a text into an element of a <see cref="TensorElementType.Bytes"/> tensor, into memory that this value uses again when it is reshaped.</summary>
    /// <param name="index">The element, in row-major order.</param>
    /// <param name="utf8">Its bytes.</param>
    /// <exception cref="InvalidCastException">The elements are of another type.</exception>
    public void SetText(int index, ReadOnlySpan<byte> utf8)
    {
        ref ReadOnlyMemory<byte> text = ref Texts[index];
        Memory<byte> room = TextRoom(utf8.Length);
        utf8.CopyTo(room.Span);
        text = room;
    }

    /// <summary>Copies a text into an element of a <see cref="TensorElementType.Bytes"/> tensor, as UTF-8.</summary>
    /// <param name="index">The element, in row-major order.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="InvalidCastException">The elements are of another type.</exception>
    public void SetText(int index, ReadOnlySpan<char> text)
    {
        ref ReadOnlyMemory<byte> element = ref Texts[index];
        Memory<byte> room = TextRoom(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, room.Span);
        element = room;
    }

    /// <summary>Gives another value the type, the shape and a copy of all elements.</summary>
    public void CopyTo(TensorValue target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!ReferenceEquals(target, this))
        {
            target.Reshape(Type, Shape.Dimensions);
            CopyElements(0, target, 0, _count);
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Return();
            _texts = null;
            _textRoom = [];
        }
    }

    /// <summary>Bytes of memory that are kept for reuse, texts of others not counted.</summary>
    internal long KeptBytes => (_bytes?.Length ?? 0) + _textRoom.Length + (16L * (_texts?.Length ?? 0));

    /// <summary>Copies elements, texts with their bytes. Both values have the same type.</summary>
    internal void CopyElements(int from, TensorValue target, int to, int count)
    {
        if (Type == TensorElementType.Bytes)
        {
            Span<ReadOnlyMemory<byte>> texts = Texts.Slice(from, count);
            for (int i = 0; i < texts.Length; i++)
            {
                target.SetText(to + i, texts[i].Span);
            }
        }
        else
        {
            int size = Type.Size();
            Raw.Slice(from * size, count * size).CopyTo(target.Raw[(to * size)..]);
        }
    }

    /// <summary>Changes the type of the elements; the shape stays.</summary>
    /// <param name="type">The new type.</param>
    /// <param name="convert">Is given the old bytes and room for the new ones.</param>
    internal void Convert(TensorElementType type, Action<ReadOnlySpan<byte>, Span<byte>> convert)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        byte[] old = _bytes ?? [];
        int length = _count * Type.Size();
        _bytes = null;
        try
        {
            Require(type, Shape, (long)_count * type.Size());
        }
        catch
        {
            _bytes = old;
            throw;
        }

        Type = type;
        convert(old.AsSpan(0, length), Raw);
        if (old.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }

    private static TensorValue Sized(TensorElementType type, int elements, TensorShape shape)
    {
        int expected = shape.ElementCount();
        if (expected != elements)
        {
            throw new InvalidInputException($"The shape {shape} has {expected} elements and {elements} are given.");
        }

        TensorValue value = new(type);
        value.Reshape(type, shape);
        return value;
    }

    private void Require(TensorElementType type, TensorShape shape, long bytes)
    {
        if (bytes > Array.MaxLength)
        {
            throw new InvalidInputException($"A tensor of the shape {shape} and the type {type.ProtocolName()} does not fit into memory.");
        }

        if (_bytes is null || _bytes.Length < bytes)
        {
            Return();
            _bytes = ArrayPool<byte>.Shared.Rent((int)bytes);
        }
    }

    /// <summary>Texts that were written before keep the array they are in.</summary>
    private Memory<byte> TextRoom(int bytes)
    {
        if (_textRoom.Length - _textUsed < bytes)
        {
            _textRoom = new byte[Math.Max(bytes, (int)Math.Min(Array.MaxLength, Math.Max(LeastTextRoom, 2L * _textRoom.Length)))];
            _textUsed = 0;
        }

        Memory<byte> room = _textRoom.AsMemory(_textUsed, bytes);
        _textUsed += bytes;
        return room;
    }

    private void Return()
    {
        if (_bytes is { } bytes)
        {
            _bytes = null;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
