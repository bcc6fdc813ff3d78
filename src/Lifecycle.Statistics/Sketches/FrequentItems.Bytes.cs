using System.Text;

namespace Lifecycle.Statistics;

public sealed partial class FrequentItems
{
    private const byte Format = 1;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The summary as bytes, most frequent item first.</summary>
    /// <returns>Bytes for <see cref="FromBytes"/>; the same summary gives the same bytes.</returns>
    public byte[] ToBytes()
    {
        SketchWriter bytes = new();
        bytes.Byte(Format);
        bytes.Varint((ulong)Capacity);
        bytes.Varint((ulong)Count);
        bytes.Varint((ulong)_floor);
        bytes.Varint((ulong)ItemCount);
        foreach (FrequentItem item in Items())
        {
            bytes.UInt64(item.Hash);
            bytes.Varint((ulong)item.Count);
            bytes.Varint((ulong)item.Error);
            byte[] text = Encoding.UTF8.GetBytes(item.Text is null ? "" : Cut(item.Text));
            bytes.Varint(item.Text is null ? 0 : (ulong)text.Length + 1);
            bytes.Bytes(text);
        }

        return bytes.ToArray();
    }

    /// <summary>Restores a summary.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> gave.</param>
    /// <returns>A summary that answers and writes the same.</returns>
    /// <exception cref="FormatException">The bytes are not a summary; the message says where and why.</exception>
    public static FrequentItems FromBytes(ReadOnlySpan<byte> bytes)
    {
        SketchReader reader = new(bytes, "summary of frequent items");
        if (reader.Byte() is var format && format != Format)
        {
            throw reader.Error($"it has format {format}; this version reads format {Format}");
        }

        FrequentItems summary = new((int)reader.Count("the capacity", 1, MostCapacity)) { Count = reader.Count("the count", 0, long.MaxValue >> 2) };
        summary._floor = reader.Count("the count of what has no counter", 0, summary.Count);
        long items = reader.Count("the number of items", 0, Math.Min(summary.Capacity, reader.Left / 11)), most = summary.Count;
        for (long i = 0; i < items; i++)
        {
            ulong hash = reader.UInt64();
            long count = reader.Count("a count", 1, most), error = reader.Count("an error", 0, count - 1);
            long length = reader.Count("the length of a text", 0, MostTextBytes + 1) - 1;
            string? text = length < 0 ? null : Text(ref reader, (int)length);
            if (summary._places.ContainsKey(hash))
            {
                throw reader.Error("an item stands twice");
            }

            summary.Append(new FrequentItem(hash, text, count, error));
            most = count;
        }

        reader.RequireEnd();
        return summary;
    }

    private static string Text(ref SketchReader reader, int length)
    {
        ReadOnlySpan<byte> text = reader.Bytes(length);
        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            throw reader.Error("a text is not UTF-8");
        }
    }
}
