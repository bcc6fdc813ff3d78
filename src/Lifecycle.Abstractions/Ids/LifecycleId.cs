using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lifecycle;

/// <summary>Ids of the house: version-7 Guids (RFC 9562) taken from the clock, printed as 32 hex digits.</summary>
public static class LifecycleId
{
    private const int Bytes = 16;
    private const int ClockBytes = 6;
    private const int RandomBytes = Bytes - ClockBytes;
    private const int IdsAtOnce = 256;

    /// <summary>Random bytes for the next ids of this thread: asking the system for each id would cost as much as a prediction.</summary>
    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _left;

    /// <summary>A new id; ids of later moments sort behind earlier ones.</summary>
    public static Guid New(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        Span<byte> id = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(id, time.GetUtcNow().ToUnixTimeMilliseconds() << 16);
        Random().CopyTo(id[ClockBytes..]);
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }

    private static ReadOnlySpan<byte> Random()
    {
        byte[] random = _random ??= new byte[IdsAtOnce * RandomBytes];
        if (_left == 0)
        {
            RandomNumberGenerator.Fill(random);
            _left = IdsAtOnce;
        }

        return random.AsSpan(--_left * RandomBytes, RandomBytes);
    }
}
