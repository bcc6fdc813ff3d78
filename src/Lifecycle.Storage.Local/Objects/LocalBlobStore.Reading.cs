using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <content>Opening.</content>
public sealed partial class LocalBlobStore
{
    /// <inheritdoc/>
    public async ValueTask<Stream> OpenAsync(Digest digest, BlobOpenOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Packs.Refresh();
        if (OpenPacked(digest, options) is { } packed)
        {
            return packed;
        }

        try
        {
            return await OpenLooseAsync(digest, options, cancellationToken).ConfigureAwait(false);
        }
        catch (LifecycleStorageException error) when (error is BlobNotFoundException or BlobCorruptedException)
        {
            Packs.Refresh();
            if (OpenPacked(digest, options, evenIfLoose: true) is { } moved)
            {
                return moved;
            }

            if (error is BlobNotFoundException && Packs.Damaged().FirstOrDefault(p => PackWalk.MayHold(p.Path, digest)) is { } pack)
            {
                throw Corrupted(digest, _folder.Relative(pack.Path), 0, null);
            }

            throw;
        }
    }

    private async ValueTask<Stream> OpenLooseAsync(Digest digest, BlobOpenOptions? options, CancellationToken cancellationToken)
    {
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
            long? packed = verify ? FindInPacks(digest) : null;
            if (verify && (packed is null ? sums is null && count < length : sums is null || packed != length))
            {
                sums = await MeasureAsync(digest, file, handle, cancellationToken).ConfigureAwait(false);
                RestoreSums(file, sums);
            }

            handedOver = true;
            return new BlobReadStream(handle, digest, _folder.Relative(file), length, start, count, sums, verify,
                packed == length ? () => OpenPacked(digest, null, evenIfLoose: true) : null);
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
    private void RestoreSums(string file, BlockSums sums)
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
}
