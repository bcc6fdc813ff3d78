using System.Buffers.Binary;
using System.Numerics;

namespace Lifecycle.Data;

/// <summary>Counts the characters (Unicode scalar values) of UTF-8: every byte but those that continue one.</summary>
internal static class TextLetters
{
    public static int Count(ReadOnlySpan<byte> text)
    {
        int more = 0, i = 0;
        for (; i <= text.Length - sizeof(ulong); i += sizeof(ulong))
        {
            ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(text[i..]);
            more += BitOperations.PopCount((bytes >> 7) & ~(bytes >> 6) & 0x0101010101010101);
        }

        for (; i < text.Length; i++)
        {
            more += (text[i] & 0xC0) == 0x80 ? 1 : 0;
        }

        return text.Length - more;
    }

    public static int Count(ReadOnlySpan<char> text)
    {
        int pairs = 0;
        foreach (char letter in text)
        {
            pairs += char.IsLowSurrogate(letter) ? 1 : 0;
        }

        return text.Length - pairs;
    }
}
