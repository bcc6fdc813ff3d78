using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Lifecycle.Storage.Local;

/// <summary>
/// The file <c>&lt;62 hex&gt;.sum</c> beside a loose blob of 1 MiB or more: <c>LCSUMS01</c>, u64 length (little endian), XxHash128 of every 1 MiB block
/// (canonical, big endian), SHA-256 of all that. With it a range read notices rot without reading the whole blob.
/// </summary>
internal sealed class BlockSums
{
    public const int BlockSize = 1 << 20;
    private const int SumSize = 16;
    private const int HeaderSize = 16;

    private readonly byte[] _sums;

    private BlockSums(long length, byte[] sums)
    {
        Length = length;
        _sums = sums;
    }

    private static ReadOnlySpan<byte> Magic => "LCSUMS01"u8;

    /// <summary>Bytes of the blob.</summary>
    public long Length { get; }

    /// <summary>Whether a blob of this length has sums.</summary>
    public static bool AreKeptFor(long length) => length >= BlockSize;

    /// <summary>Whether the bytes are those of the block.</summary>
    public bool Fits(long block, ReadOnlySpan<byte> bytes)
    {
        Span<byte> sum = stackalloc byte[SumSize];
        XxHash128.Hash(bytes, sum);
        return sum.SequenceEqual(_sums.AsSpan((int)block * SumSize, SumSize));
    }

    public bool Equals(BlockSums other) => Length == other.Length && _sums.AsSpan().SequenceEqual(other._sums);

    public byte[] ToBytes()
    {
        byte[] file = new byte[HeaderSize + _sums.Length + Digest.Size];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(8), Length);
        _sums.CopyTo(file, HeaderSize);
        SHA256.HashData(file.AsSpan(0, file.Length - Digest.Size), file.AsSpan(file.Length - Digest.Size));
        return file;
    }

    /// <summary>The sums in the file, or null when any bit of it is not as it was written.</summary>
    public static BlockSums? Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderSize + Digest.Size || !file.StartsWith(Magic))
        {
            return null;
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(file[8..]);
        int sums = file.Length - HeaderSize - Digest.Size;
        if (length < 0 || sums % SumSize != 0 || sums / SumSize != (length + BlockSize - 1) / BlockSize)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[Digest.Size];
        SHA256.HashData(file[..^Digest.Size], hash);
        return hash.SequenceEqual(file[^Digest.Size..]) ? new BlockSums(length, file.Slice(HeaderSize, sums).ToArray()) : null;
    }

    /// <summary>Collects the sums of blocks in order.</summary>
    public sealed class Builder
    {
        private readonly List<byte> _sums = [];
        private long _length;

        public void Add(ReadOnlySpan<byte> block)
        {
            Span<byte> sum = stackalloc byte[SumSize];
            XxHash128.Hash(block, sum);
            _sums.AddRange(sum);
            _length += block.Length;
        }

        public BlockSums Build() => new(_length, _sums.ToArray());
    }
}
