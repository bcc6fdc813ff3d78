using System.Buffers.Binary;
using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.MLNet;

/// <summary>
/// The central directory of a zip archive, read strictly: what two readers could understand in two ways is refused.
/// Nothing is allocated for more entries than are allowed.
/// </summary>
internal static class ZipDirectory
{
    private const int EndBytes = 22;
    private const int CentralBytes = 46;
    private const int LocalBytes = 30;
    private const int LongestComment = ushort.MaxValue;
    private const int LongestName = 512;
    private const int EncryptedFlags = 0x2041;
    private const int TypeMask = 0xF000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The entries, in the directory's order.</summary>
    /// <exception cref="ModelRejectedException">It is no archive, it has too many entries, or an entry is not what a model needs.</exception>
    public static List<ZipItem> Read(ReadOnlySpan<byte> zip, ModelZipGuardOptions options)
    {
        if (!zip.StartsWith("PK\x03\x04"u8))
        {
            throw No("the file is no zip archive");
        }

        int end = End(zip);
        ReadOnlySpan<byte> tail = zip[end..];
        int count = Short(tail, 10);
        long size = Int(tail, 12), start = Int(tail, 16);
        if (Short(tail, 4) != 0 || Short(tail, 6) != 0 || Short(tail, 8) != count)
        {
            throw No("the archive is a part of several");
        }

        if (count == ushort.MaxValue || size == uint.MaxValue || start == uint.MaxValue)
        {
            throw new ModelRejectedException("guard: the archive needs ZIP64, which no model of the allowed size does");
        }

        if (count > options.MaximumEntries)
        {
            throw new ModelRejectedException($"guard: the archive has {count} entries; at most {options.MaximumEntries} are read");
        }

        if (start + size != end)
        {
            throw No($"the directory of {size} bytes at {start} does not end where the archive does");
        }

        List<ZipItem> items = new(count);
        int at = (int)start;
        for (int i = 0; i < count; i++)
        {
            items.Add(Central(zip[..end], ref at, (int)start));
        }

        if (at != end)
        {
            throw No($"the directory says {count} entries and holds more");
        }

        RefuseOverlaps(items);
        return items;
    }

    /// <summary>What of a name may be shown.</summary>
    public static string Show(string name) => string.Concat(name.Take(128).Select(c => char.IsControl(c) ? '?' : c));

    private static int End(ReadOnlySpan<byte> zip)
    {
        // Readers look for the signature from the end: the last one counts, and its comment must fill the rest.
        int from = Math.Max(0, zip.Length - EndBytes - LongestComment);
        int found = zip[from..].LastIndexOf("PK\x05\x06"u8);
        if (found < 0 || zip.Length - (from + found) < EndBytes)
        {
            throw No("the archive has no directory; it was cut off");
        }

        int end = from + found;
        return end + EndBytes + Short(zip[end..], 20) == zip.Length ? end : throw No("bytes stand behind the end of the archive");
    }

    private static ZipItem Central(ReadOnlySpan<byte> zip, ref int at, int directory)
    {
        if (zip.Length - at < CentralBytes || !zip[at..].StartsWith("PK\x01\x02"u8))
        {
            throw No($"the directory is broken at {at}");
        }

        ReadOnlySpan<byte> header = zip[at..];
        int name = Short(header, 28);
        int length = CentralBytes + name + Short(header, 30) + Short(header, 32);
        if (length > header.Length)
        {
            throw No($"the directory is broken at {at}");
        }

        ReadOnlySpan<byte> raw = header.Slice(CentralBytes, name);
        string text = Name(raw, at);
        if ((Short(header, 8) & EncryptedFlags) != 0)
        {
            throw new ModelRejectedException($"guard: the entry '{Show(text)}' is encrypted");
        }

        int type = (int)(Int(header, 38) >> 16) & TypeMask;
        if (type is not (0 or 0x8000 or 0x4000))
        {
            throw new ModelRejectedException($"guard: the entry '{Show(text)}' is a link or a device");
        }

        int method = Short(header, 10);
        if (method is not (0 or 8))
        {
            throw new ModelRejectedException($"guard: the entry '{Show(text)}' is packed by method {method}; models are stored (0) or deflated (8)");
        }

        long compressed = Int(header, 20), local = Int(header, 42);
        int data = Local(zip[..directory], local, raw, method, text);
        if (compressed > directory - data || (method == 0 && compressed != Int(header, 24)))
        {
            throw No($"the entry '{Show(text)}' says {compressed} packed bytes, which are not there");
        }

        at += length;
        return new ZipItem(text, method == 8, (int)local, data, (int)compressed, Int(header, 24), (uint)Int(header, 16));
    }

    /// <summary>Where the bytes of an entry begin.</summary>
    private static int Local(ReadOnlySpan<byte> zip, long at, ReadOnlySpan<byte> name, int method, string text)
    {
        if (at > zip.Length - LocalBytes || !zip[(int)at..].StartsWith("PK\x03\x04"u8))
        {
            throw No($"the entry '{Show(text)}' is not where the directory says");
        }

        ReadOnlySpan<byte> header = zip[(int)at..];
        int nameLength = Short(header, 26), length = LocalBytes + nameLength + Short(header, 28);
        if (length > header.Length || !header.Slice(LocalBytes, nameLength).SequenceEqual(name) || Short(header, 8) != method)
        {
            throw No($"the entry '{Show(text)}' is another one than the directory says");
        }

        return (Short(header, 6) & EncryptedFlags) == 0
            ? (int)at + length
            : throw new ModelRejectedException($"guard: the entry '{Show(text)}' is encrypted");
    }

    private static string Name(ReadOnlySpan<byte> raw, int at)
    {
        if (raw.Length > LongestName)
        {
            throw new ModelRejectedException($"guard: the archive has a name of {raw.Length} bytes; at most {LongestName} are read");
        }

        try
        {
            return Strict.GetString(raw);
        }
        catch (DecoderFallbackException)
        {
            throw No($"the name in the directory at {at} is no UTF-8");
        }
    }

    /// <summary>Entries that share bytes make a small archive a large one.</summary>
    private static void RefuseOverlaps(List<ZipItem> items)
    {
        ZipItem[] sorted = [.. items.OrderBy(i => i.Start)];
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Start < sorted[i - 1].Data + sorted[i - 1].Compressed)
            {
                throw new ModelRejectedException($"guard: the entries '{Show(sorted[i - 1].Name)}' and '{Show(sorted[i].Name)}' share bytes");
            }
        }
    }

    private static int Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static long Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ModelRejectedException No(string why) => new($"guard: no ML.NET model: {why}");
}

/// <summary>One entry of an archive.</summary>
/// <param name="Name">As it stands there.</param>
/// <param name="Deflated">Whether its bytes are deflated; else they are as they are.</param>
/// <param name="Start">Where its header begins.</param>
/// <param name="Data">Where its bytes begin.</param>
/// <param name="Compressed">Bytes in the archive.</param>
/// <param name="Size">Bytes it says to hold.</param>
/// <param name="Sum">CRC-32 that it says to have.</param>
internal readonly record struct ZipItem(string Name, bool Deflated, int Start, int Data, int Compressed, long Size, uint Sum);
