using System.Buffers.Binary;
using Lifecycle.Serving;

namespace Lifecycle.MLNet;

/// <summary>
/// Finds the model headers of ML.NET (<c>ModelHeader</c>: "ML\0MODEL", version at 0x08, two loaders' signatures at 0x50, offset and length of the assembly's
/// name at 0x90 and 0x98) at every offset of a stream that is seen once, in pieces, and checks the names they point to.
/// </summary>
internal sealed class LoaderScan(ModelZipGuardOptions options)
{
    private const int PieceBytes = 64 * 1024;
    private const int HeaderBytes = 0x9C;
    private const int KeptBytes = HeaderBytes - 1;
    private const int FirstVersionWithName = 0x00010002;
    private const int LongestName = 4_096;
    private const int MostPending = 1_024;
    private const int MostNames = 100_000;

    private readonly List<PendingName> _pending = [];

    // The end of the pieces before stands in front of the piece, so that a header may lie across two of them.
    private readonly byte[] _buffer = new byte[KeptBytes + PieceBytes];
    private readonly LoaderAssemblies _assemblies = new(options);
    private string _entry = string.Empty;
    private int _kept;
    private int _names;
    private long _position;

    /// <summary>Where the next piece is to be put.</summary>
    public Span<byte> Room => _buffer.AsSpan(_kept, PieceBytes);

    private static ReadOnlySpan<byte> Magic => "ML\0MODEL"u8;

    /// <summary>The pieces that follow are of this entry.</summary>
    public void Begin(string entry)
    {
        _entry = ZipDirectory.Show(entry);
        _kept = 0;
        _position = 0;
    }

    /// <summary>Takes the piece that was put into <see cref="Room"/>.</summary>
    /// <exception cref="ModelRejectedException">A header names a loader that is not allowed, or is broken.</exception>
    public void Take(int bytes)
    {
        Span<byte> seen = _buffer.AsSpan(0, _kept + bytes);
        long start = _position - _kept;
        FindHeaders(seen, start);
        Collect(seen, start);
        _position += bytes;
        _kept = Math.Min(KeptBytes, seen.Length);
        seen[^_kept..].CopyTo(_buffer);
    }

    /// <summary>The entry is over.</summary>
    /// <exception cref="ModelRejectedException">A header points past the end.</exception>
    public void End()
    {
        if (_pending.Count > 0)
        {
            throw Broken("a header whose loader's name lies past the end");
        }
    }

    private void FindHeaders(ReadOnlySpan<byte> seen, long start)
    {
        int from = 0;
        while (seen[from..].IndexOf(Magic) is >= 0 and int found)
        {
            int at = from + found;
            from = at + 1;
            if (seen.Length - at < HeaderBytes)
            {
                // The rest of the header comes with the next piece; what is kept is long enough to find it again.
                return;
            }

            ReadOnlySpan<byte> header = seen.Slice(at, HeaderBytes);
            _assemblies.RequireLoader(header[0x50..0x68], _entry);
            _assemblies.RequireLoader(header[0x68..0x80], _entry);
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
            if (offset < HeaderBytes || offset > options.MaximumEntryBytes || length > LongestName || _pending.Count == MostPending || ++_names > MostNames)
            {
                throw Broken($"a header at {start + at} with a loader's name of {length} bytes at {offset}, number {_names} of the archive");
            }

            _pending.Add(new PendingName(start + at + offset, new byte[length]));
        }
    }

    private void Collect(ReadOnlySpan<byte> seen, long start)
    {
        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            PendingName name = _pending[i];
            long from = Math.Max(name.Start + name.Filled, start);
            long end = Math.Min(name.Start + name.Bytes.Length, start + seen.Length);
            if (end > from)
            {
                seen[(int)(from - start)..(int)(end - start)].CopyTo(name.Bytes.AsSpan((int)(from - name.Start)));
                name.Filled = (int)(end - name.Start);
                if (name.Filled == name.Bytes.Length)
                {
                    _assemblies.Require(name.Bytes, _entry);
                    _pending.RemoveAt(i);
                }
            }
        }
    }

    private ModelRejectedException Broken(string what) => new($"guard: no ML.NET model: '{_entry}' has {what}");

    private sealed class PendingName(long start, byte[] bytes)
    {
        public long Start => start;

        public byte[] Bytes => bytes;

        public int Filled { get; set; }
    }
}
