using System.IO.Hashing;
using System.Text;

namespace Lifecycle.Statistics;

/// <summary>The 64-bit hashes under the sketches. They are part of persisted formats and never change.</summary>
public static class SketchHash
{
    private const int OnStack = 512;

    /// <summary>Hash of a number: one SplitMix64 output from the state given by the bits of the double; -0 equals +0.</summary>
    /// <param name="value">Any number; all NaN hash alike.</param>
    /// <returns>A hash.</returns>
    public static ulong Of(double value) =>
        new SplitMix64(BitConverter.DoubleToUInt64Bits(double.IsNaN(value) ? double.NaN : value + 0.0)).Next();

    /// <summary>Hash of a text: XXH64 of its UTF-8 bytes with seed 0.</summary>
    /// <param name="text">Any text; unpaired surrogates hash as U+FFFD.</param>
    /// <returns>A hash.</returns>
    public static ulong Of(ReadOnlySpan<char> text)
    {
        int length = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> bytes = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        return Of(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    /// <summary>Hash of bytes: XXH64 with seed 0.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <returns>A hash.</returns>
    public static ulong Of(ReadOnlySpan<byte> bytes) => XxHash64.HashToUInt64(bytes);
}
