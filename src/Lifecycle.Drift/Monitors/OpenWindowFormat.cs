using System.Text;

namespace Lifecycle.Drift;

/// <summary>
/// Open windows as bytes: version 1, number of counters, periods, gap, number of parts; per part: UTC ticks, number of counters that rose, each as
/// the distance from the one before and its count, number of unseen labels, each as column, length of its UTF-8, text and count. All
/// numbers are varints but the version.
/// </summary>
internal static class OpenWindowFormat
{
    private const byte Version = 1;
    private const string Field = "open window";
    private const int MostParts = 1024;
    private const int MostUnseen = 1 << 24;

    public static byte[] Write(OpenWindow window)
    {
        ByteWriter writer = new();
        writer.Byte(Version);
        writer.Varint(window.Parts[0].Counts.Length);
        writer.Varint(window.Periods);
        writer.Varint((long)window.Gap);
        writer.Varint(window.Parts.Count);
        foreach (OpenWindowPart part in window.Parts)
        {
            writer.Varint(part.Opened.UtcTicks);
            Write(writer, part.Counts);
            writer.Varint(part.Unseen.Count);
            foreach ((int column, string label, long count) in part.Unseen)
            {
                byte[] text = Encoding.UTF8.GetBytes(label);
                writer.Varint(column);
                writer.Varint(text.Length);
                writer.Bytes(text);
                writer.Varint(count);
            }
        }

        return writer.Written.ToArray();
    }

    /// <summary>Null when the bytes are damaged, belong to another layout of counters or were written by a newer version.</summary>
    public static OpenWindow? TryRead(ReadOnlySpan<byte> bytes, int counters, int columns)
    {
        try
        {
            return Read(bytes, counters, columns);
        }
        catch (ProfileFormatException)
        {
            return null;
        }
    }

    private static OpenWindow? Read(ReadOnlySpan<byte> bytes, int counters, int columns)
    {
        ByteCursor cursor = new(bytes, 0);
        if (cursor.Byte(Field) != Version || cursor.Varint(Field) != counters)
        {
            return null;
        }

        int periods = (int)Math.Min(cursor.Varint(Field), int.MaxValue);
        WindowGaps gap = (WindowGaps)(cursor.Varint(Field) & 0xFF);
        OpenWindowPart[] parts = new OpenWindowPart[cursor.Many(Field, 3, MostParts)];
        for (int i = 0; i < parts.Length; i++)
        {
            DateTimeOffset opened = new(Math.Min(cursor.Varint(Field), DateTime.MaxValue.Ticks), TimeSpan.Zero);
            parts[i] = new OpenWindowPart(opened, ReadCounts(ref cursor, counters), ReadUnseen(ref cursor, columns));
        }

        return parts.Length == 0 ? throw cursor.Error(Field, "it has no part") : new OpenWindow(parts, periods, gap);
    }

    private static void Write(ByteWriter writer, uint[] counts)
    {
        writer.Varint(counts.Count(c => c > 0));
        int before = -1;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                writer.Varint(i - before);
                writer.Varint(counts[i]);
                before = i;
            }
        }
    }

    private static uint[] ReadCounts(ref ByteCursor cursor, int counters)
    {
        uint[] counts = new uint[counters];
        long at = -1;
        for (int left = cursor.Many(Field, 2, counters); left > 0; left--)
        {
            at += cursor.Varint(Field);
            long count = cursor.Varint(Field);
            if (at < 0 || at >= counters || count > uint.MaxValue)
            {
                throw cursor.Error(Field, "a counter is out of its range");
            }

            counts[at] = (uint)count;
        }

        return counts;
    }

    private static (int Column, string Label, long Count)[] ReadUnseen(ref ByteCursor cursor, int columns)
    {
        (int Column, string Label, long Count)[] unseen = new (int, string, long)[cursor.Many(Field, 3, MostUnseen)];
        for (int i = 0; i < unseen.Length; i++)
        {
            long column = cursor.Varint(Field);
            string label = cursor.Text(cursor.Varint(Field), Field);
            unseen[i] = column < columns ? ((int)column, label, cursor.Varint(Field)) : throw cursor.Error(Field, "a column is out of its range");
        }

        return unseen;
    }
}
