using System.Buffers.Binary;
using Lifecycle.Serving;

namespace Lifecycle.MLNet;

/// <summary>
/// Finds the model headers of ML.NET (<c>ModelHeader</c>: "ML\0MODEL", version at 0x08, offset and length of the assembly name at 0x90 and 0x98)
/// at every offset of a stream that is seen once, in pieces, and checks the names they point to.
/// </summary>
internal sealed class LoaderScan(string entry, ModelZipGuardOptions options)
{
    private const int HeaderBytes = 0x9C;
    private const int FirstVersionWithName = 0x00010002;
    private const int LongestName = 4_096;
    private const int MostPending = 4_096;

    private readonly List<PendingName> _pending = [];
    private readonly byte[] _tail = new byte[HeaderBytes - 1];
    private byte[] _joined = [];
    private int _tailLength;
    private long _position;

    private static ReadOnlySpan<byte> Magic => "ML\0MODEL"u8;

    /// <summary>Takes the next piece.</summary>
    /// <exception cref="ModelRejectedException">A header names an assembly that is not allowed, or is broken.</exception>
    public void Take(ReadOnlySpan<byte> piece)
    {
        // What was left of the pieces before stands in front, so that a header may lie across two of them.
        if (_joined.Length < _tailLength + piece.Length)
        {
            _joined = new byte[_tail.Length + piece.Length];
        }

        Span<byte> joined = _joined.AsSpan(0, _tailLength + piece.Length);
        _tail.AsSpan(0, _tailLength).CopyTo(joined);
        piece.CopyTo(joined[_tailLength..]);
        long start = _position - _tailLength;
        FindHeaders(joined, start);
        Collect(joined, start);
        _position += piece.Length;
        _tailLength = Math.Min(_tail.Length, joined.Length);
        joined[^_tailLength..].CopyTo(_tail);
    }

    /// <summary>The stream is over.</summary>
    /// <exception cref="ModelRejectedException">A header points past the end.</exception>
    public void End()
    {
        if (_pending.Count > 0)
        {
            throw Broken("a header whose loader's name lies past the end");
        }
    }

    private void FindHeaders(ReadOnlySpan<byte> joined, long start)
    {
        int from = 0;
        while (joined[from..].IndexOf(Magic) is >= 0 and int found)
        {
            int at = from + found;
            from = at + 1;
            if (joined.Length - at < HeaderBytes)
            {
                // The rest of the header comes with the next piece: the tail is long enough to find it again.
                return;
            }

            ReadOnlySpan<byte> header = joined.Slice(at, HeaderBytes);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[0x08..]) < FirstVersionWithName)
            {
                continue;
            }

            long offset = BinaryPrimitives.ReadInt64LittleEndian(header[0x90..]);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[0x98..]);
            if (length == 0)
            {
                continue;
            }

            // A name before the end of its header, or longer than any, is nothing that ML.NET writes.
            if (offset < HeaderBytes || offset > options.MaximumEntryBytes || length > LongestName || _pending.Count == MostPending)
            {
                throw Broken($"a header at {start + at} with a loader's name of {length} bytes at {offset}");
            }

            _pending.Add(new PendingName(start + at + offset, new byte[length]));
        }
    }

    private void Collect(ReadOnlySpan<byte> joined, long start)
    {
        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            PendingName name = _pending[i];
            long from = Math.Max(name.Start + name.Filled, start);
            long end = Math.Min(name.Start + name.Bytes.Length, start + joined.Length);
            if (end > from)
            {
                joined[(int)(from - start)..(int)(end - start)].CopyTo(name.Bytes.AsSpan((int)(from - name.Start)));
                name.Filled = (int)(end - name.Start);
                if (name.Filled == name.Bytes.Length)
                {
                    LoaderAssemblies.Require(name.Bytes, entry, options);
                    _pending.RemoveAt(i);
                }
            }
        }
    }

    private ModelRejectedException Broken(string what) => new($"guard: no ML.NET model: '{entry}' has {what}");

    private sealed class PendingName(long start, byte[] bytes)
    {
        public long Start => start;

        public byte[] Bytes => bytes;

        public int Filled { get; set; }
    }
}
