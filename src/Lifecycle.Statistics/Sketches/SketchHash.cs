using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
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
    public static ulong Of(ReadOnlySpan<byte> bytes) => bytes.Length < ShortText.Limit ? ShortText.Hash(bytes) : XxHash64.HashToUInt64(bytes);

    /// <summary>XXH64 of less than 32 bytes, as its specification has it: no stripes.</summary>
    private static class ShortText
    {
        public const int Limit = 32;

        private const ulong P1 = 0x9E3779B185EBCA87, P2 = 0xC2B2AE3D27D4EB4F, P3 = 0x165667B19E3779F9, P4 = 0x85EBCA77C2B2AE63, P5 = 0x27D4EB2F165667C5;

        public static ulong Hash(ReadOnlySpan<byte> bytes)
        {
            ulong hash = P5 + (ulong)bytes.Length;
            for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            {
                hash ^= BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(bytes) * P2, 31) * P1;
                hash = (BitOperations.RotateLeft(hash, 27) * P1) + P4;
            }

            if (bytes.Length >= sizeof(uint))
            {
                hash ^= BinaryPrimitives.ReadUInt32LittleEndian(bytes) * P1;
                hash = (BitOperations.RotateLeft(hash, 23) * P2) + P3;
                bytes = bytes[sizeof(uint)..];
            }

            foreach (byte value in bytes)
            {
                hash = BitOperations.RotateLeft(hash ^ (value * P5), 11) * P1;
            }

            hash = (hash ^ (hash >> 33)) * P2;
            hash = (hash ^ (hash >> 29)) * P3;
            return hash ^ (hash >> 32);
        }
    }
}
