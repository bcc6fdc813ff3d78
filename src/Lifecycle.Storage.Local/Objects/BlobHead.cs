using System.Buffers;

namespace Lifecycle.Storage.Local;

/// <summary>The first bytes of a stream, up to 1 MiB: enough to know whether a blob is small.</summary>
internal sealed class BlobHead : IDisposable
{
    private readonly byte[] _buffer;

    private BlobHead(byte[] buffer, int length)
    {
        _buffer = buffer;
        Bytes = buffer.AsMemory(0, length);
    }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Whether the stream has no more: the blob is small.</summary>
    public bool IsAll => Bytes.Length < BlockSums.BlockSize;

    public static async ValueTask<BlobHead> ReadAsync(Stream content, long? expectedLength, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer(expectedLength ?? (content.CanSeek ? content.Length - content.Position : null)));
        try
        {
            int length = await FillAsync(content, buffer, 0, cancellationToken).ConfigureAwait(false);
            if (length == buffer.Length && length < BlockSums.BlockSize)
            {
                // The stream is longer than it said.
                byte[] longer = ArrayPool<byte>.Shared.Rent(BlockSums.BlockSize);
                buffer.CopyTo(longer, 0);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = longer;
                length = await FillAsync(content, buffer, length, cancellationToken).ConfigureAwait(false);
            }

            return new BlobHead(buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    /// <summary>Reads until a block of 1 MiB, or the buffer, is full or the stream ends.</summary>
    public static async ValueTask<int> FillAsync(Stream content, byte[] buffer, int from, CancellationToken cancellationToken)
    {
        int wanted = Math.Min(buffer.Length, BlockSums.BlockSize) - from;
        return from + await content.ReadAtLeastAsync(buffer.AsMemory(from, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    // A byte more than expected, so that the end is seen without a second buffer.
    private static int FirstBuffer(long? expected) => expected is { } known and >= 0 and < BlockSums.BlockSize - 1 ? (int)known + 1 : BlockSums.BlockSize;
}
