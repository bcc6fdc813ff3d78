using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>
/// A blob, or a part of it, read in blocks of 1 MiB that are checked before a byte of them is handed out: by the block sums where there are some,
/// and by the digest of the whole when it is read from begin to end, the last block being held back until it fits.
/// </summary>
internal sealed class BlobReadStream : Stream
{
    private readonly SafeFileHandle _handle;
    private readonly Digest _digest;
    private readonly string _file;
    private readonly long _fileLength;
    private readonly long _start;
    private readonly long _length;
    private readonly bool _verify;
    private readonly IncrementalHash? _hash;
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(BlockSums.BlockSize);
    private BlockSums? _sums;
    private BlobCorruptedException? _failure;
    private long _loaded = -1;
    private int _loadedLength;
    private long _hashed;
    private long _position;

    public BlobReadStream(SafeFileHandle handle, Digest digest, string file, long fileLength, long start, long length, BlockSums? sums, bool verify)
    {
        _handle = handle;
        _digest = digest;
        _file = file;
        _fileLength = fileLength;
        _start = start;
        _length = length;
        _sums = sums;
        _verify = verify;
        _hash = verify && length == fileLength ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    public override bool CanRead => _buffer is not null;

    public override bool CanSeek => _buffer is not null;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    private long BlockAtPosition => (_start + _position) / BlockSums.BlockSize;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_buffer is null, this);
        if (_position >= _length || buffer.IsEmpty)
        {
            return 0;
        }

        if (_loaded != BlockAtPosition)
        {
            await LoadAsync(BlockAtPosition, cancellationToken).ConfigureAwait(false);
        }

        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_buffer is null, this);
        if (_position >= _length || buffer.IsEmpty)
        {
            return 0;
        }

        if (_loaded != BlockAtPosition)
        {
            LoadAsync(BlockAtPosition, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }

        return Take(buffer);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        Position = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => _length };
        return _position;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("A blob is read-only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A blob is read-only.");

    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer is { } buffer)
        {
            _buffer = null;
            _handle.Dispose();
            _hash?.Dispose();
            ArrayPool<byte>.Shared.Return(buffer);
        }

        base.Dispose(disposing);
    }

    private int Take(Span<byte> destination)
    {
        long at = _start + _position;
        int from = (int)(at - (_loaded * BlockSums.BlockSize));
        int count = (int)Math.Min(Math.Min(destination.Length, _loadedLength - from), _length - _position);
        if (count <= 0)
        {
            return 0;
        }

        _buffer.AsSpan(from, count).CopyTo(destination);
        _position += count;
        return count;
    }

    private async ValueTask LoadAsync(long block, CancellationToken cancellationToken)
    {
        bool next = _hash is not null && block == _hashed;
        if (_verify && !next && _sums is null)
        {
            _sums = await MeasureAsync(0, cancellationToken).ConfigureAwait(false);
        }

        _loaded = -1;
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

        _loadedLength = read;
        _loaded = block;
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
                throw _failure = LocalBlobStore.Corrupted(_digest, _file, 0, actual);
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
