using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>Labels as UTF-8: their hash (XXH64, seed 0) and what is kept of their text.</summary>
internal static class LabelText
{
    public const int MostBytes = 256;

    private const int OnStack = 512;

    /// <summary>Hash of the whole label; invalid UTF-16 counts as U+FFFD.</summary>
    public static ulong Hash(ReadOnlySpan<char> label)
    {
        int most = Encoding.UTF8.GetMaxByteCount(label.Length);
        if (most <= OnStack)
        {
            Span<byte> bytes = stackalloc byte[OnStack];
            return XxHash64.HashToUInt64(bytes[..Encoding.UTF8.GetBytes(label, bytes)]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(most);
        ulong hash = XxHash64.HashToUInt64(rented.AsSpan(0, Encoding.UTF8.GetBytes(label, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    /// <summary>The label cut at 256 bytes of UTF-8, between characters; invalid UTF-16 replaced.</summary>
    public static string Cut(string label)
    {
        Span<byte> bytes = stackalloc byte[MostBytes];
        Encoding.UTF8.GetEncoder().Convert(label, bytes, flush: label.Length <= MostBytes, out _, out int written, out _);
        return Encoding.UTF8.GetString(bytes[..written]);
    }

    /// <summary>What a label prints as when its text is not kept.</summary>
    public static string OfHash(ulong hash) => $"#{hash:x16}";
}
