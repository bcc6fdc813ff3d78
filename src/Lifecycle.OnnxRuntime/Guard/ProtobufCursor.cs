using Lifecycle.Serving;

namespace Lifecycle.OnnxRuntime;

/// <summary>
/// Walks the fields of one protobuf message without copying (protobuf.dev, "Encoding"). Refuses what no writer of ONNX makes:
/// groups, field 0, numbers over 10 bytes, lengths past the end.
/// </summary>
internal ref struct ProtobufCursor
{
    private const int LongestVarint = 10;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _start;
    private int _at;

    /// <summary>Makes a cursor before the first field.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="start">Where it begins in the file, for error texts.</param>
    public ProtobufCursor(ReadOnlySpan<byte> bytes, long start)
    {
        _bytes = bytes;
        _start = start;
    }

    /// <summary>Number of the field.</summary>
    public int Field { get; private set; }

    /// <summary>0 number, 1 eight bytes, 2 a length and bytes, 5 four bytes.</summary>
    public int Wire { get; private set; }

    /// <summary>The value of a number.</summary>
    public ulong Number { get; private set; }

    /// <summary>The bytes of any other value.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Where <see cref="Bytes"/> begin in the file.</summary>
    public long Position { get; private set; }

    /// <summary>Goes to the next field.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ModelRejectedException">The bytes are no message.</exception>
    public bool Next()
    {
        if (_at == _bytes.Length)
        {
            return false;
        }

        ulong tag = Varint();
        Field = (int)(tag >> 3);
        Wire = (int)(tag & 7);
        if (Field == 0 || tag >> 3 > (1 << 29) - 1)
        {
            throw Broken("a field number that protobuf does not have");
        }

        Number = 0;
        Bytes = default;
        Position = _start + _at;
        switch (Wire)
        {
            case 0:
                Number = Varint();
                break;
            case 1:
                Take(8);
                break;
            case 2:
                ulong length = Varint();
                Position = _start + _at;
                Take(length);
                break;
            case 5:
                Take(4);
                break;
            default:
                throw Broken($"a field of the wire type {Wire}");
        }

        return true;
    }

    private void Take(ulong length)
    {
        if (length > (ulong)(_bytes.Length - _at))
        {
            throw Broken($"a length of {length} where {_bytes.Length - _at} bytes are left");
        }

        Bytes = _bytes.Slice(_at, (int)length);
        _at += (int)length;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; i < LongestVarint; i++)
        {
            if (_at == _bytes.Length)
            {
                throw Broken("the end inside a number");
            }

            byte next = _bytes[_at++];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken($"a number of more than {LongestVarint} bytes");
    }

    private readonly ModelRejectedException Broken(string what) => new($"guard: no ONNX model: {what} at byte {_start + _at}");
}
