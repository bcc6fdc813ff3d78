using System.Buffers.Binary;
using System.Globalization;
using Lifecycle.Statistics;

namespace Lifecycle.Data;

/// <summary>How a value is told and hashed in a profile, whatever format it comes from.</summary>
internal static class CellTelling
{
    /// <summary>Longest text of a frequent value, in bytes of UTF-8.</summary>
    public const int MostTextBytes = 120;

    /// <summary>Hash of a number; integers beyond 2^53 by their own bits, others as doubles.</summary>
    public static ulong HashOf(long whole) =>
        whole is >= -ColumnTally.ExactInteger and <= ColumnTally.ExactInteger ? SketchHash.Of((double)whole) : HashOfBits(whole);

    /// <summary>Hash of 64 bits, little endian.</summary>
    public static ulong HashOfBits(long bits)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bits);
        return SketchHash.Of(bytes);
    }

    /// <summary>A number as it is told; one text for one value.</summary>
    public static string Number(long? whole, double value) => whole is { } wide and (< -ColumnTally.ExactInteger or > ColumnTally.ExactInteger)
        ? wide.ToString(CultureInfo.InvariantCulture)
        : (value + 0.0).ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A time as it is told.</summary>
    public static string Time(long ticks) => new DateTime(ticks, DateTimeKind.Utc).ToString("O", CultureInfo.InvariantCulture);

    /// <summary>A text as it is told: its beginning, cut between characters.</summary>
    public static string Text(string text)
    {
        if (text.Length <= MostTextBytes / 4)
        {
            return text;
        }

        Span<byte> bytes = stackalloc byte[MostTextBytes];
        System.Text.Encoding.UTF8.GetEncoder().Convert(text, bytes, flush: true, out _, out int written, out _);
        return System.Text.Encoding.UTF8.GetString(bytes[..written]);
    }

    /// <summary>Where the beginning of a long text is cut between characters.</summary>
    public static int Cut(ReadOnlySpan<byte> text)
    {
        int end = FrequentItems.MostTextBytes;
        while (end > 0 && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return end;
    }
}
