using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lifecycle.Data;

/// <summary>An MD5 value. DVC names content by it; it proves nothing against somebody who wants two contents to look equal.</summary>
internal readonly record struct Md5Hash(ulong High, ulong Low)
{
    public const int Bytes = 16;

    public string Hex
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Bytes];
            Write(bytes);
            return Convert.ToHexStringLower(bytes);
        }
    }

    public static Md5Hash Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    public static bool TryParse(ReadOnlySpan<char> hex, out Md5Hash hash)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bool sound = hex.Length == 2 * Bytes && Convert.FromHexString(hex, bytes, out _, out int written) == System.Buffers.OperationStatus.Done && written == Bytes;
        hash = sound ? Read(bytes) : default;
        return sound;
    }

    /// <summary>The MD5 of bytes in memory.</summary>
    public static Md5Hash Of(ReadOnlySpan<byte> bytes)
    {
        Md5Stream stream = new();
        stream.Append(bytes);
        return stream.Finish();
    }

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    public override string ToString() => Hex;
}
