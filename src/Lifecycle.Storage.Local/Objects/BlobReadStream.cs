using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>
/// A blob, or a part of it, read in blocks of 1 MiB that are checked before a byte of them is handed out: by the block sums where there are some,
/// and by the digest of the whole when it is read from begin to end, the last block being held back until it fits. When packs hold the blob as well, a block
/// that is not as it was comes out of them.
/// </summary>
internal sealed class BlobReadStream : WindowStream
{
    private readonly SafeFileHandle _handle;
    private readonly Digest _digest;
    private readonly string _file;
    private readonly long _fileLength;
    private readonly bool _verify;
    private readonly IncrementalHash? _hash;
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(BlockSums.BlockSize);
    private BlockSums? _sums;
    private readonly Func<Stream?>? _packed;
    private BlobCorruptedException? _failure;
    private BlobCorruptedException? _whole;
    private Stream? _instead;
    private long _hashed;

    public BlobReadStream(SafeFileHandle handle, Digest digest, string file, long fileLength, long start, long length, BlockSums? sums, bool verify, Func<Stream?>? packed = null)
        : base(start, length)
    {
        _handle = handle;
        _digest = digest;
        _file = file;
        _fileLength = fileLength;
        _sums = sums;
        _verify = verify;
        _packed = packed;
        _hash = verify && length == fileLength ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer is { } buffer)
        {
            _buffer = null;
            _handle.Dispose();
            _instead?.Dispose();
            _hash?.Dispose();
            ArrayPool<byte>.Shared.Return(buffer);
        }

        base.Dispose(disposing);
    }

    protected override async ValueTask LoadAsync(long at, CancellationToken cancellationToken)
    {
        if (_instead is null)
        {
            // Without sums the blocks that were handed out before would not have been checked.
            bool isChecked = _sums is not null;
            try
            {
                await LoadBlockAsync(at, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (LifecycleStorageException error) when (isChecked && _packed is not null && !ReferenceEquals(error, _whole))
            {
                _instead = _packed();
                if (_instead is null)
                {
                    throw;
                }
            }
        }

        WindowStart = -1;
        _instead.Position = at;
        int count = (int)Math.Min(BlockSums.BlockSize, _fileLength - at);
        await _instead.ReadExactlyAsync(_buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        (WindowStart, Window) = (at, _buffer.AsMemory(0, count));
    }

    private async ValueTask LoadBlockAsync(long at, CancellationToken cancellationToken)
    {
        long block = at / BlockSums.BlockSize;
        bool next = _hash is not null && block == _hashed;
        if (_verify && !next && _sums is null)
        {
            _sums = await MeasureAsync(0, cancellationToken).ConfigureAwait(false);
        }

        WindowStart = -1;
        long offset = block * BlockSums.BlockSize;
        int expected = (int)Math.Min(BlockSums.BlockSize, _fileLength - offset);
        int read;
        try
        {
            read = await LocalBlobStore.ReadBlockAsync(_handle, _buffer.AsMemory(0, expected), offset, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "read", _digest.ToString(), _file);
        }

        if (_verify)
        {
            await CheckAsync(block, offset, read, read < expected, next, cancellationToken).ConfigureAwait(false);
        }

        (WindowStart, Window) = (offset, _buffer.AsMemory(0, read));
    }

    private async ValueTask CheckAsync(long block, long offset, int read, bool isShort, bool next, CancellationToken cancellationToken)
    {
        if (_failure is not null || isShort)
        {
            throw _failure ??= LocalBlobStore.Corrupted(_digest, _file, offset + read, null);
        }

        if (_sums is not null && !_sums.Fits(block, _buffer.AsSpan(0, read)))
        {
            // Either the block or the sums are damaged; the digest of the whole tells which.
            _sums = await MeasureAsync(offset, cancellationToken).ConfigureAwait(false);
            if (!_sums.Fits(block, _buffer.AsSpan(0, read)))
            {
                throw _failure = LocalBlobStore.Corrupted(_digest, _file, offset, null);
            }
        }

        if (next)
        {
            _hash!.AppendData(_buffer.AsSpan(0, read));
            _hashed++;
            if (offset + read == _fileLength && new Digest(_hash.GetCurrentHash()) is var actual && actual != _digest)
            {
                throw _failure = _whole = LocalBlobStore.Corrupted(_digest, _file, 0, actual);
            }
        }
    }

    private async ValueTask<BlockSums> MeasureAsync(long offset, CancellationToken cancellationToken)
    {
        (Digest actual, BlockSums sums) = await LocalBlobStore.HashAsync(_handle, cancellationToken).ConfigureAwait(false);
        return actual == _digest && sums.Length == _fileLength
            ? sums
            : throw (_failure = LocalBlobStore.Corrupted(_digest, _file, offset, actual));
    }
}
