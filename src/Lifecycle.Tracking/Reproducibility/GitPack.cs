using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Tracking;

/// <summary>One pack and its index of version 2 (git's <c>Documentation/gitformat-pack.txt</c>).</summary>
internal sealed class GitPack : IDisposable
{
    private const int FanOut = 8;
    private const int Names = FanOut + 1024;
    private readonly string _file;
    private readonly int _hashSize;
    private readonly SafeFileHandle _index;
    private readonly uint _count;

    public GitPack(string index, int hashSize)
    {
        _file = Path.ChangeExtension(index, ".pack");
        _hashSize = hashSize;
        _index = File.OpenHandle(index, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        bool isKnown = Word(0) == 0xFF744F63 && Word(4) == 2;
        _count = isKnown ? Word(FanOut + 1020) : 0;
    }

    /// <summary>One entry of a pack; its content is deflated, and a delta when it has a base.</summary>
    public readonly record struct Entry(int Type, long Size, Stream Content, byte[]? Base, long? BaseOffset);

    /// <summary>Where the object begins in the pack; null when the pack does not hold it.</summary>
    public long? Find(ReadOnlySpan<byte> id)
    {
        if (_count == 0)
        {
            return null;
        }

        uint low = id[0] == 0 ? 0 : Word(FanOut + ((id[0] - 1) * 4));
        uint high = Word(FanOut + (id[0] * 4));
        Span<byte> name = stackalloc byte[32];
        name = name[.._hashSize];
        while (low < high)
        {
            uint middle = low + ((high - low) / 2);
            RandomAccess.Read(_index, name, Names + ((long)middle * _hashSize));
            int order = name.SequenceCompareTo(id);
            if (order == 0)
            {
                return Offset(middle);
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle);
        }

        return null;
    }

    public Entry Open(long offset)
    {
        FileStream stream = new(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = offset;
        Span<byte> head = stackalloc byte[64];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        head = head[..read];
        int at = 0;
        int type = (head[0] >> 4) & 7;
        long size = head[0] & 0x0F;
        for (int shift = 4; (head[at++] & 0x80) != 0; shift += 7)
        {
            size |= (long)(head[at] & 0x7F) << shift;
        }

        byte[]? origin = null;
        long? back = null;
        if (type == 7)
        {
            origin = head.Slice(at, _hashSize).ToArray();
            at += _hashSize;
        }
        else if (type == 6)
        {
            back = offset - GitIndex.ReadOffset(head, ref at);
        }

        stream.Position = offset + at;
        return new Entry(type, size, new ZLibStream(stream, CompressionMode.Decompress), origin, back);
    }

    public void Dispose() => _index.Dispose();

    private long Offset(uint number)
    {
        long offsets = Names + ((long)_count * (_hashSize + 4));
        uint small = Word(offsets + (number * 4L));
        if ((small & 0x80000000) == 0)
        {
            return small;
        }

        Span<byte> large = stackalloc byte[8];
        RandomAccess.Read(_index, large, offsets + (_count * 4L) + ((small & 0x7FFFFFFF) * 8L));
        return BinaryPrimitives.ReadInt64BigEndian(large);
    }

    private uint Word(long at)
    {
        Span<byte> bytes = stackalloc byte[4];
        return RandomAccess.Read(_index, bytes, at) == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;
    }
}
