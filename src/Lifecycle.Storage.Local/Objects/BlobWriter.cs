using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

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

/// <summary>Reads, hashes and writes a stream into a loose file; the three overlap for big ones.</summary>
internal sealed class BlobWriter(LocalBlobStore store)
{
    private readonly ObjectFolder _folder = store.Layout;

    /// <summary>Takes all bytes of the stream into a temporary file unless the store holds them soundly. Nothing becomes visible.</summary>
    /// <param name="content">Read to its end.</param>
    /// <param name="options">With the layout <see cref="BlobLayout.Whole"/> only a loose file counts as being there.</param>
    /// <param name="flush">Whether the file is durable when the call returns.</param>
    /// <param name="cancellationToken">Cancelling removes the file.</param>
    public async ValueTask<PendingBlob> TakeAsync(Stream content, BlobPutOptions? options, bool flush, CancellationToken cancellationToken)
    {
        long? expected = options?.ExpectedLength ?? (content.CanSeek ? content.Length - content.Position : null);
        bool whole = options?.Layout == BlobLayout.Whole;
        using BlobHead head = await BlobHead.ReadAsync(content, expected, cancellationToken).ConfigureAwait(false);
        return head.IsAll
            ? await TakeSmallAsync(head.Bytes, whole, flush, cancellationToken).ConfigureAwait(false)
            : await TakeBigAsync(head.Bytes, content, expected, whole, flush, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a file holds exactly these bytes.</summary>
    public static bool Holds(string file, ReadOnlySpan<byte> bytes)
    {
        byte[]? buffer = null;
        try
        {
            using SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (RandomAccess.GetLength(handle) != bytes.Length)
            {
                return false;
            }

            buffer = ArrayPool<byte>.Shared.Rent(bytes.Length);
            int read = 0;
            for (int more = -1; more != 0 && read < bytes.Length; read += more)
            {
                more = RandomAccess.Read(handle, buffer.AsSpan(read, bytes.Length - read), read);
            }

            return buffer.AsSpan(0, read).SequenceEqual(bytes);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            return false;
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Whether a loose file of this length is there and its bytes still fit: whoever hands in good bytes must not be told that rotten ones are stored.</summary>
    public async ValueTask<bool> IsSoundAsync(Digest digest, long length, CancellationToken cancellationToken)
    {
        try
        {
            if (!IsThere(digest, length))
            {
                return false;
            }

            using FileStream there = new(_folder.FileOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BlockSums.BlockSize);
            return await Digest.OfAsync(there, cancellationToken).ConfigureAwait(false) == digest;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether a loose file of this length is there.</summary>
    public bool IsThere(Digest digest, long length) => new FileInfo(_folder.FileOf(digest)) is { Exists: true } there && there.Length == length;

    private async ValueTask<PendingBlob> TakeSmallAsync(ReadOnlyMemory<byte> bytes, bool whole, bool flush, CancellationToken cancellationToken)
    {
        Digest digest = Digest.Of(bytes.Span);
        string hex = digest.Hex;
        bool isThere = IsThere(digest, bytes.Length);
        if ((isThere && Holds(_folder.FileOf(hex), bytes.Span)) || (!whole && !isThere && store.Packs.FindSame(digest, bytes.Span) is not null))
        {
            return new PendingBlob(digest, bytes.Length, null, null);
        }

        MakeShelf(hex);
        TemporaryBlob temporary = TemporaryBlob.Create(_folder.Disk, _folder.Shelf(hex), bytes.Length);
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

    private async ValueTask<PendingBlob> TakeBigAsync(
        ReadOnlyMemory<byte> first, Stream content, long? expected, bool whole, bool flush, CancellationToken cancellationToken)
    {
        // The digest is not known yet, so the file lies beside the shelves.
        TemporaryBlob temporary = TemporaryBlob.Create(_folder.Disk, _folder.Loose, expected);
        byte[][] blocks = [ArrayPool<byte>.Shared.Rent(BlockSums.BlockSize), ArrayPool<byte>.Shared.Rent(BlockSums.BlockSize)];
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        BlockSums.Builder sums = new();
        Task hashing = Task.CompletedTask;
        try
        {
            ReadOnlyMemory<byte> bytes = first;
            for (int block = 0; bytes.Length > 0; block ^= 1)
            {
                await hashing.ConfigureAwait(false);
                ReadOnlyMemory<byte> hashed = bytes;
                hashing = Task.Run(() => hash.AppendData(hashed.Span), CancellationToken.None);
                await temporary.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                sums.Add(bytes.Span);
                int next = bytes.Length < BlockSums.BlockSize ? 0 : await BlobHead.FillAsync(content, blocks[block], 0, cancellationToken).ConfigureAwait(false);
                bytes = blocks[block].AsMemory(0, next);
            }

            await hashing.ConfigureAwait(false);
            Digest digest = new(hash.GetHashAndReset());
            long length = temporary.Length;
            bool isThere = IsThere(digest, length);
            if ((isThere && await IsSoundAsync(digest, length, cancellationToken).ConfigureAwait(false))
                || (!whole && !isThere && await store.IsSoundInPacksAsync(digest, length, cancellationToken).ConfigureAwait(false)))
            {
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
            Array.ForEach(blocks, b => ArrayPool<byte>.Shared.Return(b));
        }
    }

    private void MakeShelf(string hex)
    {
        try
        {
            _folder.MakeShelf(hex);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "put", "sha256:" + hex, _folder.Loose);
        }
    }
}
