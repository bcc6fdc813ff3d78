using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <content>Opening and placing.</content>
public sealed partial class LocalBlobStore
{
    /// <inheritdoc/>
    public async ValueTask<Stream> OpenAsync(Digest digest, BlobOpenOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string file = _folder.FileOf(digest);
        SafeFileHandle handle = OpenHandle(digest, file);
        bool handedOver = false;
        try
        {
            long length = RandomAccess.GetLength(handle);
            bool verify = options?.Verify ?? true;
            (long start, long count) = Cut(options?.Range, length);
            if (length < BlockSums.BlockSize && verify)
            {
                return await ReadSmallAsync(digest, file, handle, (int)length, (int)start, (int)count, cancellationToken).ConfigureAwait(false);
            }

            BlockSums? sums = verify ? ReadSums(file, length) : null;
            if (verify && sums is null && count < length)
            {
                sums = await MeasureAsync(digest, file, handle, cancellationToken).ConfigureAwait(false);
                RestoreSums(file, sums);
            }

            handedOver = true;
            return new BlobReadStream(handle, digest, _folder.Relative(file), length, start, count, sums, verify);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "open", digest.ToString(), file);
        }
        finally
        {
            if (!handedOver)
            {
                handle.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>The bytes are checked whatever the kind of link. Clones are made as copies.</remarks>
    public async ValueTask<LinkKind> PlaceAsync(Digest digest, string path, LinkKind link = LinkKind.Copy, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target) ?? throw new ArgumentException($"'{path}' names no file.", nameof(path));
        if (Path.Exists(target))
        {
            throw Taken(digest, target);
        }

        Stream content = await OpenAsync(digest, null, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            if (link == LinkKind.Hardlink)
            {
                await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
                if (AtomicFile.TryHardlink(_folder.FileOf(digest), target))
                {
                    FlushTarget(digest, folder);
                    return LinkKind.Hardlink;
                }

                content.Position = 0;
            }

            await CopyAsync(digest, content, folder, target, cancellationToken).ConfigureAwait(false);
            return LinkKind.Copy;
        }
    }

    /// <summary>Reads a whole blob; its sums when the digest fits.</summary>
    /// <exception cref="BlobCorruptedException">It does not.</exception>
    internal async ValueTask<BlockSums> MeasureAsync(Digest digest, string file, SafeFileHandle handle, CancellationToken cancellationToken)
    {
        (Digest actual, BlockSums sums) = await HashAsync(handle, cancellationToken).ConfigureAwait(false);
        return actual == digest ? sums : throw Corrupted(digest, _folder.Relative(file), 0, actual);
    }

    internal static async ValueTask<(Digest Digest, BlockSums Sums)> HashAsync(SafeFileHandle handle, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockSums.BlockSize);
        try
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            BlockSums.Builder sums = new();
            for (long at = 0; ;)
            {
                int read = await ReadBlockAsync(handle, buffer.AsMemory(0, BlockSums.BlockSize), at, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    return (new Digest(hash.GetHashAndReset()), sums.Build());
                }

                hash.AppendData(buffer, 0, read);
                sums.Add(buffer.AsSpan(0, read));
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal static async ValueTask<int> ReadBlockAsync(SafeFileHandle handle, Memory<byte> buffer, long at, CancellationToken cancellationToken)
    {
        int read = 0;
        while (read < buffer.Length)
        {
            int more = await RandomAccess.ReadAsync(handle, buffer[read..], at + read, cancellationToken).ConfigureAwait(false);
            if (more == 0)
            {
                break;
            }

            read += more;
        }

        StorageTelemetry.ReadBytes.Add(read);
        return read;
    }

    internal static BlobCorruptedException Corrupted(Digest digest, string file, long offset, Digest? actual)
    {
        StorageTelemetry.Corrupted.Add(1);
        return new BlobCorruptedException(digest, file, offset, actual);
    }

    /// <summary>The sums beside a blob; null when there are none or they are not for a blob of this length: then the digest decides.</summary>
    internal static BlockSums? ReadSums(string file, long length)
    {
        if (!BlockSums.AreKeptFor(length))
        {
            return null;
        }

        try
        {
            return BlockSums.Parse(File.ReadAllBytes(file + ObjectFolder.SumSuffix)) is { } sums && sums.Length == length ? sums : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    internal static SafeFileHandle OpenHandle(Digest digest, string file)
    {
        try
        {
            return File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BlobNotFoundException(digest);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "open", digest.ToString(), file);
        }
    }

    private static (long Start, long Count) Cut(BlobRange? range, long length)
    {
        if (range is not { } part)
        {
            return (0, length);
        }

        ArgumentOutOfRangeException.ThrowIfNegative(part.Offset, nameof(range));
        ArgumentOutOfRangeException.ThrowIfNegative(part.Length, nameof(range));
        long start = Math.Min(part.Offset, length);
        return (start, Math.Min(part.Length, length - start));
    }

    private async ValueTask<Stream> ReadSmallAsync(
        Digest digest, string file, SafeFileHandle handle, int length, int start, int count, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[length];
        int read = await ReadBlockAsync(handle, bytes, 0, cancellationToken).ConfigureAwait(false);
        Digest actual = Digest.Of(bytes.AsSpan(0, read));
        return actual == digest
            ? new MemoryStream(bytes, start, count, writable: false)
            : throw Corrupted(digest, _folder.Relative(file), 0, actual);
    }

    /// <summary>Puts back sums that are missing. Damaged ones stay, for a verification to name; a folder that may not be written keeps none.</summary>
    private static void RestoreSums(string file, BlockSums sums)
    {
        if (File.Exists(file + ObjectFolder.SumSuffix))
        {
            return;
        }

        try
        {
            WriteSums(file, sums);
        }
        catch (LifecycleStorageException error)
        {
            // Reading does not need them: it costs time again, and nothing else.
            System.Diagnostics.Activity.Current?.AddException(error);
        }
    }

    private static async ValueTask CopyAsync(Digest digest, Stream content, string folder, string target, CancellationToken cancellationToken)
    {
        using TemporaryBlob copy = TemporaryBlob.Create(disk, folder, content.Length, "place");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockSums.BlockSize);
        try
        {
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                await copy.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        copy.Finish(flush: true);
        cancellationToken.ThrowIfCancellationRequested();
        if (!copy.TryPlace(target))
        {
            throw Taken(digest, target);
        }
    }

    private static void FlushTarget(Digest digest, string folder)
    {
        try
        {
            AtomicFile.FlushFolder(folder);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "place", digest.ToString(), folder);
        }
    }

    private static LifecycleStorageException Taken(Digest digest, string target) => new("objects", "place", digest.ToString(),
        $"'{target}' is there already; a blob is never written over it. Remove it or choose another path.");
}
