using System.Buffers;
using System.Security.Cryptography;

namespace Lifecycle.Storage.Local;

/// <summary>A blob that was read to its end and hashed; it has a temporary file unless the store holds it already.</summary>
internal sealed class PendingBlob(Digest digest, long length, TemporaryBlob? temporary, BlockSums? sums) : IDisposable
{
    public Digest Digest { get; } = digest;

    public long Length { get; } = length;

    public TemporaryBlob? Temporary { get; } = temporary;

    public BlockSums? Sums { get; } = sums;

    public void Dispose() => Temporary?.Dispose();
}

/// <summary>Reads, hashes and writes a stream; the three overlap for big ones.</summary>
internal sealed class BlobWriter(ObjectFolder folder)
{
    /// <summary>Takes all bytes of the stream into a temporary file. Nothing becomes visible.</summary>
    /// <param name="content">Read to its end.</param>
    /// <param name="expectedLength">Bytes that will come, when known.</param>
    /// <param name="flush">Whether the file is durable when the call returns.</param>
    /// <param name="cancellationToken">Cancelling removes the file.</param>
    public async ValueTask<PendingBlob> TakeAsync(Stream content, long? expectedLength, bool flush, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long? expected = expectedLength ?? (content.CanSeek ? content.Length - content.Position : null);
        byte[] first = ArrayPool<byte>.Shared.Rent(FirstBuffer(expected));
        try
        {
            int length = await FillAsync(content, first, cancellationToken).ConfigureAwait(false);
            if (length == first.Length && length < BlockSums.BlockSize)
            {
                // The stream is longer than it said.
                byte[] longer = ArrayPool<byte>.Shared.Rent(BlockSums.BlockSize);
                first.CopyTo(longer, 0);
                ArrayPool<byte>.Shared.Return(first);
                first = longer;
                length += await content.ReadAtLeastAsync(
                    first.AsMemory(length, BlockSums.BlockSize - length), BlockSums.BlockSize - length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            }

            return length < BlockSums.BlockSize
                ? await TakeSmallAsync(first.AsMemory(0, length), flush, cancellationToken).ConfigureAwait(false)
                : await TakeBigAsync(first, content, expected, flush, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(first);
        }
    }

    // A byte more than expected, so that the end is seen without a second buffer.
    private static int FirstBuffer(long? expected) => expected is { } known and >= 0 and < BlockSums.BlockSize - 1 ? (int)known + 1 : BlockSums.BlockSize;

    private static ValueTask<int> FillAsync(Stream content, byte[] buffer, CancellationToken cancellationToken)
    {
        int wanted = Math.Min(buffer.Length, BlockSums.BlockSize);
        return content.ReadAtLeastAsync(buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken);
    }

    private bool IsThere(Digest digest, long length) => new FileInfo(folder.FileOf(digest)) is { Exists: true } there && there.Length == length;

    /// <summary>Whether the bytes that are there still fit: whoever hands in good bytes must not be told that rotten ones are stored.</summary>
    private async ValueTask<bool> IsSoundAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            using FileStream there = new(folder.FileOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BlockSums.BlockSize);
            return await Digest.OfAsync(there, cancellationToken).ConfigureAwait(false) == digest;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private async ValueTask<PendingBlob> TakeSmallAsync(ReadOnlyMemory<byte> bytes, bool flush, CancellationToken cancellationToken)
    {
        Digest digest = Digest.Of(bytes.Span);
        string hex = digest.Hex;
        bool isThere = IsThere(digest, bytes.Length);
        if (isThere && await IsSoundAsync(digest, cancellationToken).ConfigureAwait(false))
        {
            return new PendingBlob(digest, bytes.Length, null, null);
        }

        MakeShelf(hex);
        TemporaryBlob temporary = TemporaryBlob.Create(folder.Disk, folder.Shelf(hex), bytes.Length);
        try
        {
            await temporary.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            temporary.Finish(flush);
            temporary.Replaces = isThere;
            return new PendingBlob(digest, bytes.Length, temporary, null);
        }
        catch
        {
            temporary.Dispose();
            throw;
        }
    }

    private async ValueTask<PendingBlob> TakeBigAsync(byte[] first, Stream content, long? expected, bool flush, CancellationToken cancellationToken)
    {
        // The digest is not known yet, so the file lies beside the shelves.
        TemporaryBlob temporary = TemporaryBlob.Create(folder.Disk, folder.Loose, expected);
        byte[] other = ArrayPool<byte>.Shared.Rent(BlockSums.BlockSize);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        BlockSums.Builder sums = new();
        Task hashing = Task.CompletedTask;
        try
        {
            (byte[] block, byte[] next) = (first, other);
            for (int length = BlockSums.BlockSize; length > 0; (block, next) = (next, block))
            {
                await hashing.ConfigureAwait(false);
                ReadOnlyMemory<byte> bytes = block.AsMemory(0, length);
                hashing = Task.Run(() => hash.AppendData(bytes.Span), CancellationToken.None);
                await temporary.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                sums.Add(bytes.Span);
                length = length < BlockSums.BlockSize ? 0 : await FillAsync(content, next, cancellationToken).ConfigureAwait(false);
            }

            await hashing.ConfigureAwait(false);
            Digest digest = new(hash.GetHashAndReset());
            bool isThere = IsThere(digest, temporary.Length);
            if (isThere && await IsSoundAsync(digest, cancellationToken).ConfigureAwait(false))
            {
                long length = temporary.Length;
                temporary.Dispose();
                return new PendingBlob(digest, length, null, sums.Build());
            }

            MakeShelf(digest.Hex);
            temporary.Finish(flush);
            temporary.Replaces = isThere;
            return new PendingBlob(digest, temporary.Length, temporary, sums.Build());
        }
        catch
        {
            temporary.Dispose();
            throw;
        }
        finally
        {
            await hashing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(other);
        }
    }

    private void MakeShelf(string hex)
    {
        try
        {
            folder.MakeShelf(hex);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "put", "sha256:" + hex, folder.Loose);
        }
    }
}
