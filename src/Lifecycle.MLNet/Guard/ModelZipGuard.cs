using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Lifecycle.Serving;

namespace Lifecycle.MLNet;

/// <summary>
/// Reads a <c>model.zip</c> with the same reader that ML.NET uses, from the same bytes, counting what really comes out: refuses bombs, paths that leave
/// the archive, links, encryption, and headers that make ML.NET load a foreign assembly. Nothing is written to disk.
/// </summary>
internal static class ModelZipGuard
{
    private const int PieceBytes = 64 * 1024;
    private const long RatioFrom = 1L << 20;
    private const int LinkType = 0xA000;
    private const int TypeMask = 0xF000;

    /// <exception cref="ModelRejectedException">The model must not be loaded.</exception>
    public static void Inspect(ReadOnlyMemory<byte> zip, ModelZipGuardOptions options, CancellationToken cancellationToken)
    {
        if (!zip.Span.StartsWith("PK\x03\x04"u8))
        {
            throw new ModelRejectedException("guard: no ML.NET model: the file is no zip archive");
        }

        try
        {
            using ZipArchive archive = new(Stream(zip), ZipArchiveMode.Read);
            Inspect(archive, options, cancellationToken);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException or IOException)
        {
            throw new ModelRejectedException($"guard: no ML.NET model: {error.Message}", error);
        }
    }

    /// <summary>A stream over the bytes themselves.</summary>
    public static MemoryStream Stream(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment)
        ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);

    private static void Inspect(ZipArchive archive, ModelZipGuardOptions options, CancellationToken cancellationToken)
    {
        if (archive.Entries.Count > options.MaximumEntries)
        {
            throw new ModelRejectedException($"guard: the archive has {archive.Entries.Count} entries; at most {options.MaximumEntries} are read");
        }

        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            Name(entry, names);
        }

        // ML.NET writes "\" into the names on some systems and reads "/" and "\" alike; the names were checked with both.
        long total = 0;
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                total += Content(entry, piece, total, options, cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static void Name(ZipArchiveEntry entry, HashSet<string> names)
    {
        string name = entry.FullName;
        string shown = string.Concat(name.Take(128).Select(c => char.IsControl(c) ? '?' : c));
        string path = name.Replace('\\', '/');
        if (path.Length == 0 || path[0] == '/' || path.Contains(':', StringComparison.Ordinal) || name.Any(char.IsControl)
            || path.Split('/').Any(part => part is "." or ".."))
        {
            throw new ModelRejectedException($"guard: the archive has an entry '{shown}', which leaves it");
        }

        if (!names.Add(path))
        {
            throw new ModelRejectedException($"guard: the archive has the entry '{shown}' twice");
        }

        if (((entry.ExternalAttributes >> 16) & TypeMask) == LinkType)
        {
            throw new ModelRejectedException($"guard: the entry '{shown}' is a link");
        }

        if (entry.IsEncrypted)
        {
            throw new ModelRejectedException($"guard: the entry '{shown}' is encrypted");
        }
    }

    private static long Content(ZipArchiveEntry entry, byte[] piece, long before, ModelZipGuardOptions options, CancellationToken cancellationToken)
    {
        LoaderScan scan = new(entry.FullName, options);
        using Stream content = entry.Open();
        long bytes = 0;
        int read;
        while ((read = content.Read(piece, 0, PieceBytes)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bytes += read;
            if (bytes > options.MaximumEntryBytes)
            {
                throw new ModelRejectedException($"guard: the entry '{entry.FullName}' is larger than {options.MaximumEntryBytes} bytes");
            }

            if (before + bytes > options.MaximumBytes)
            {
                throw new ModelRejectedException($"guard: the archive holds more than {options.MaximumBytes} bytes");
            }

            if (bytes > RatioFrom && bytes / options.MaximumRatio > Math.Max(1, entry.CompressedLength))
            {
                throw new ModelRejectedException(
                    $"guard: the entry '{entry.FullName}' inflates to more than {options.MaximumRatio} times its {entry.CompressedLength} bytes");
            }

            scan.Take(piece.AsSpan(0, read));
        }

        scan.End();
        return bytes;
    }
}
