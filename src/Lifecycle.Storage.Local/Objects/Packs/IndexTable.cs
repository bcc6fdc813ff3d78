using System.Buffers.Binary;

namespace Lifecycle.Storage.Local;

/// <summary>
/// Entries sorted by (id, kind) behind a fan-out, in memory that maps the file: of one pack (52 B an entry) or of many (56 B, with the ordinal of
/// the pack in front of the offset). A look-up takes one step for the fan-out and bisects what is left.
/// </summary>
internal sealed class IndexTable(FileMap map, int start, int count, int stride) : IDisposable
{
    public const int MergedStride = PackFormat.IndexEntrySize + sizeof(uint);

    public int Count => count;

    /// <summary>Bytes of a table of so many entries.</summary>
    public static long SizeOf(long count, int stride) => PackFormat.FanOutSize + (count * stride);

    /// <summary>The position of the first entry of this id, or -1.</summary>
    public int Find(ReadOnlySpan<byte> id)
    {
        using FileMap.View view = map.Open();
        ReadOnlySpan<byte> table = view.Bytes[start..];
        (int low, int high) = Slice(table, id[0]);
        if (low == high)
        {
            return -1;
        }

        // Ids are evenly spread, so the bytes behind the first one say about where in the bucket an id must be; from there the way is short.
        ReadOnlySpan<byte> entries = table.Slice(PackFormat.FanOutSize, count * stride);
        int end = high;
        int guess = low + (int)(((UInt128)(BinaryPrimitives.ReadUInt64BigEndian(id) << 8) * (ulong)(high - low)) >> 64);
        if (IsBefore(entries, guess, id))
        {
            low = guess + 1;
            for (int step = 4; low + step < high; step *= 2)
            {
                if (!IsBefore(entries, low + step, id))
                {
                    high = low + step;
                    break;
                }

                low += step + 1;
            }
        }
        else
        {
            high = guess;
            for (int step = 4; high - step > low; step *= 2)
            {
                if (IsBefore(entries, high - step, id))
                {
                    low = high - step + 1;
                    break;
                }

                high -= step;
            }
        }

        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) >> 1);
            if (IsBefore(entries, middle, id))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < end && entries.Slice(low * stride, Digest.Size).SequenceEqual(id) ? low : -1;
    }

    private bool IsBefore(ReadOnlySpan<byte> entries, int position, ReadOnlySpan<byte> id)
    {
        ReadOnlySpan<byte> there = entries.Slice(position * stride, Digest.Size);
        ulong left = BinaryPrimitives.ReadUInt64BigEndian(there);
        ulong right = BinaryPrimitives.ReadUInt64BigEndian(id);
        return left < right || (left == right && there.SequenceCompareTo(id) < 0);
    }

    /// <summary>Where the entries of a first byte begin and end.</summary>
    public (int From, int To) OfFirstByte(int first)
    {
        using FileMap.View view = map.Open();
        return Slice(view.Bytes[start..], first);
    }

    /// <summary>The entry at a position, and the ordinal of its pack (0 in the table of one pack).</summary>
    public (PackEntry Entry, int Pack) At(int position)
    {
        using FileMap.View view = map.Open();
        return Parse(view.Bytes.Slice(start + PackFormat.FanOutSize + (position * stride), stride));
    }

    /// <summary>Whether the fan-out counts the entries, which are in order and each of which <paramref name="isPossible"/>.</summary>
    public bool IsSound(Func<PackEntry, int, bool> isPossible)
    {
        using FileMap.View view = map.Open();
        ReadOnlySpan<byte> table = view.Bytes.Slice(start, (int)SizeOf(count, stride));
        ReadOnlySpan<byte> before = default;
        uint from = 0;
        for (int first = 0; first < 256; first++)
        {
            uint to = BinaryPrimitives.ReadUInt32LittleEndian(table[(first * sizeof(uint))..]);
            if (to < from || to > count)
            {
                return false;
            }

            for (int position = (int)from; position < to; position++)
            {
                ReadOnlySpan<byte> bytes = table.Slice(PackFormat.FanOutSize + (position * stride), stride);
                (PackEntry entry, int pack) = Parse(bytes);

                // Id and kind stand first, so their bytes are the order.
                if (bytes[0] != first || (!before.IsEmpty && before.SequenceCompareTo(bytes[..(Digest.Size + 1)]) > 0) || !isPossible(entry, pack))
                {
                    return false;
                }

                before = bytes[..(Digest.Size + 1)];
            }

            from = to;
        }

        return from == count;
    }

    public void Dispose() => map.Dispose();

    private (int From, int To) Slice(ReadOnlySpan<byte> table, int first)
    {
        int low = first == 0 ? 0 : (int)BinaryPrimitives.ReadUInt32LittleEndian(table[((first - 1) * sizeof(uint))..]);
        int high = (int)BinaryPrimitives.ReadUInt32LittleEndian(table[(first * sizeof(uint))..]);
        return low >= 0 && low <= high && high <= count ? (low, high) : (0, 0);
    }

    private (PackEntry Entry, int Pack) Parse(ReadOnlySpan<byte> bytes) => (
        new PackEntry(
            new Digest(bytes[..Digest.Size]),
            (PackEntryKind)bytes[32],
            bytes[33],
            (PackEntryFlags)BinaryPrimitives.ReadUInt16LittleEndian(bytes[34..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[(stride - sizeof(long))..])),
        stride == MergedStride ? (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[44..]) : 0);
}
