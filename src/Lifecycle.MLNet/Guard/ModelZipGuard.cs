using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Lifecycle.Serving;

namespace Lifecycle.MLNet;

/// <summary>
/// Inflates a <c>model.zip</c> once, from the bytes that ML.NET will get, and counts what really comes out: refuses bombs, sizes and sums that lie, paths that
/// leave the archive, links, encryption, and headers that make ML.NET load a foreign assembly. Nothing is written to disk, and one buffer serves all entries.
/// </summary>
internal static class ModelZipGuard
{
    private const long RatioFrom = 1L << 20;
    private const long TotalRatioFrom = 16L << 20;

    /// <exception cref="ModelRejectedException">The model must not be loaded.</exception>
    public static void Inspect(ReadOnlyMemory<byte> zip, ModelZipGuardOptions options, CancellationToken cancellationToken)
    {
        List<ZipItem> items = ZipDirectory.Read(zip.Span, options);
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        long said = 0;
        foreach (ZipItem item in items)
        {
            Name(item.Name, names);

            // What an entry says is checked before anything is inflated, what it holds while it is.
            Limit(item, item.Size, said += item.Size, zip.Length, options);
        }

        long total = 0;
        LoaderScan scan = new(options);
        foreach (ZipItem item in items)
        {
            total += Content(zip, item, scan, total, options, cancellationToken);
        }
    }

    /// <summary>A stream over the bytes themselves.</summary>
    public static MemoryStream Stream(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment)
        ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);

    private static void Name(string name, HashSet<string> names)
    {
        // ML.NET writes "\" into the names on some systems and reads "/" and "\" alike; so they are checked with both.
        string path = name.Replace('\\', '/');
        string[] parts = path.Split('/');
        bool folder = parts.Length > 1 && parts[^1].Length == 0;
        if (path.Contains(':', StringComparison.Ordinal) || name.Any(char.IsControl) || parts[..^(folder ? 1 : 0)].Any(part => part is "" or "." or ".."))
        {
            throw new ModelRejectedException($"guard: the archive has an entry '{ZipDirectory.Show(name)}', which leaves it");
        }

        if (!names.Add(folder ? path[..^1] : path))
        {
            throw new ModelRejectedException($"guard: the archive has the entry '{ZipDirectory.Show(name)}' twice");
        }
    }

    private static long Content(
        ReadOnlyMemory<byte> zip, ZipItem item, LoaderScan scan, long before, ModelZipGuardOptions options, CancellationToken cancellationToken)
    {
        Crc32 sum = new();
        long bytes = 0;
        scan.Begin(item.Name);
        MemoryStream packed = Stream(zip.Slice(item.Data, item.Compressed));
        using Stream content = item.Deflated ? new DeflateStream(packed, CompressionMode.Decompress) : packed;
        int read;
        while ((read = Read(content, scan.Room, item)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bytes += read;
            Limit(item, bytes, before + bytes, zip.Length, options);
            sum.Append(scan.Room[..read]);
            scan.Take(read);
        }

        scan.End();
        if (bytes != item.Size)
        {
            throw new ModelRejectedException($"guard: no ML.NET model: the entry '{ZipDirectory.Show(item.Name)}' says {item.Size} bytes and holds {bytes}");
        }

        return sum.GetCurrentHashAsUInt32() == item.Sum
            ? bytes
            : throw new ModelRejectedException($"guard: no ML.NET model: the entry '{ZipDirectory.Show(item.Name)}' was changed: its check sum is another");
    }

    private static int Read(Stream content, Span<byte> room, ZipItem item)
    {
        try
        {
            return content.Read(room);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new ModelRejectedException($"guard: no ML.NET model: the entry '{ZipDirectory.Show(item.Name)}' cannot be inflated: {error.Message}", error);
        }
    }

    private static void Limit(ZipItem item, long bytes, long total, long archive, ModelZipGuardOptions options)
    {
        if (bytes > options.MaximumEntryBytes)
        {
            throw new ModelRejectedException($"guard: the entry '{ZipDirectory.Show(item.Name)}' is larger than {options.MaximumEntryBytes} bytes");
        }

        if (total > options.MaximumBytes)
        {
            throw new ModelRejectedException($"guard: the archive holds more than {options.MaximumBytes} bytes");
        }

        if (bytes > RatioFrom && bytes / options.MaximumRatio > Math.Max(1, item.Compressed))
        {
            throw new ModelRejectedException(
                $"guard: the entry '{ZipDirectory.Show(item.Name)}' inflates to more than {options.MaximumRatio} times its {item.Compressed} bytes");
        }

        // Many entries, each just below the size from which the ratio counts.
        if (total > TotalRatioFrom && total / options.MaximumRatio > archive)
        {
            throw new ModelRejectedException($"guard: the archive inflates to more than {options.MaximumRatio} times its {archive} bytes");
        }
    }
}
