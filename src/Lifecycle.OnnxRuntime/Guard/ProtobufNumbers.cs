using Lifecycle.Serving;

namespace Lifecycle.OnnxRuntime;

/// <summary>Walks numbers that stand packed in one field.</summary>
/// <param name="bytes">The field.</param>
/// <param name="start">Where it begins in the file, for error texts.</param>
internal ref struct ProtobufNumbers(ReadOnlySpan<byte> bytes, long start)
{
    private const int LastShift = 63;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly long _start = start;
    private int _at;

    /// <summary>The number.</summary>
    public ulong Value { get; private set; }

    /// <summary>Goes to the next number.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ModelRejectedException">The field ends inside a number, or a number has more than 10 bytes.</exception>
    public bool Next()
    {
        if (_at == _bytes.Length)
        {
            return false;
        }

        Value = 0;
        for (int shift = 0; shift <= LastShift && _at < _bytes.Length; shift += 7)
        {
            byte next = _bytes[_at++];
            Value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        throw new ModelRejectedException($"guard: no ONNX model: a broken number among packed ones at byte {_start + _at}");
    }
}
