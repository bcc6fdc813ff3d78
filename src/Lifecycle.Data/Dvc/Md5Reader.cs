using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>Reads files and hashes them, as many at once as there are lanes; a lane whose file ends takes the next one. One thread, one reader.</summary>
internal sealed unsafe class Md5Reader : IDisposable
{
    public const int PieceBytes = 256 << 10;

    private const int Spare = 2 * Md5Constants.Block;

    private readonly Md5Lanes _lanes;
    private readonly Lane[] _active;
    private readonly byte* _memory;

    public Md5Reader(int? lanes = null)
    {
        _lanes = Md5Lanes.Create(lanes);
        nuint stride = PieceBytes + Spare;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)_lanes.Count * stride, Md5Constants.Block);
        _active = new Lane[_lanes.Count];
        for (int i = 0; i < _active.Length; i++)
        {
            _active[i] = new Lane { Buffer = _memory + ((nuint)i * stride) };
        }
    }

    /// <summary>Works until there is no file left. After an exception the reader is good for nothing but to be disposed.</summary>
    /// <param name="next">The next file, or null.</param>
    /// <param name="cancellationToken">Looked at between pieces.</param>
    public void Run(Func<Md5LaneFile?> next, CancellationToken cancellationToken)
    {
        byte** data = stackalloc byte*[_active.Length];
        try
        {
            while (true)
            {
                int blocks = int.MaxValue;
                Lane? any = null;
                for (int i = 0; i < _active.Length; i++)
                {
                    int ready = Ready(i, next, cancellationToken);
                    if (ready > 0)
                    {
                        blocks = Math.Min(blocks, ready);
                        any = _active[i];
                    }
                }

                if (any is null)
                {
                    return;
                }

                for (int i = 0; i < _active.Length; i++)
                {
                    // a lane without a file looks at the bytes of another one
                    Lane lane = _active[i].File is null ? any : _active[i];
                    data[i] = lane.Buffer + lane.Position;
                }

                _lanes.Take(data, blocks);
                foreach (Lane lane in _active)
                {
                    lane.Position += lane.File is null ? 0 : blocks * Md5Constants.Block;
                }
            }
        }
        finally
        {
            foreach (Lane lane in _active)
            {
                lane.Handle?.Dispose();
                lane.Handle = null;
                lane.File = null;
            }
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        GC.SuppressFinalize(this);
    }

    ~Md5Reader() => NativeMemory.AlignedFree(_memory);

    // How many blocks a lane has to give; 0 when there is no file for it any more.
    private int Ready(int index, Func<Md5LaneFile?> next, CancellationToken cancellationToken)
    {
        Lane lane = _active[index];
        while (true)
        {
            if (lane.File is not null)
            {
                int blocks = (lane.Filled - lane.Position) / Md5Constants.Block;
                if (blocks > 0)
                {
                    return blocks;
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (!lane.IsEnded)
                {
                    Fill(lane);
                    continue;
                }

                Md5LaneFile done = lane.File;
                lane.File = null;
                done.Done(_lanes.Value(index), lane.Length, lane.IsWhole ? new ReadOnlySpan<byte>(lane.Buffer, (int)lane.Length) : default);
            }

            Md5LaneFile? file = next();
            if (file is null)
            {
                return 0;
            }

            lane.Handle = file.Open();
            lane.Begin(file);
            _lanes.Begin(index);
            Fill(lane);
        }
    }

    private static void Fill(Lane lane)
    {
        int kept = lane.Filled - lane.Position;
        Buffer.MemoryCopy(lane.Buffer + lane.Position, lane.Buffer, PieceBytes, kept);
        lane.Position = 0;
        lane.Filled = kept;
        while (lane.Filled < PieceBytes)
        {
            int read = RandomAccess.Read(lane.Handle!, new Span<byte>(lane.Buffer + lane.Filled, PieceBytes - lane.Filled), lane.Length);
            if (read == 0)
            {
                lane.IsEnded = true;
                break;
            }

            lane.Filled += read;
            lane.Length += read;
        }

        bool first = lane.Length == lane.Filled - kept && !lane.IsBegun;
        lane.IsWhole = first && lane.IsEnded;
        lane.IsBegun = true;
        if (lane.IsEnded)
        {
            lane.Handle!.Dispose();
            lane.Handle = null;
        }

        lane.File!.Piece(new ReadOnlySpan<byte>(lane.Buffer + kept, lane.Filled - kept), first, lane.IsEnded);
        if (lane.IsEnded)
        {
            int whole = lane.Filled / Md5Constants.Block * Md5Constants.Block;
            Span<byte> tail = stackalloc byte[Spare];
            int padded = Md5Constants.Pad(tail, new ReadOnlySpan<byte>(lane.Buffer + whole, lane.Filled - whole), (ulong)lane.Length);
            tail[..padded].CopyTo(new Span<byte>(lane.Buffer + whole, padded));
            lane.Filled = whole + padded;
        }
    }

    private sealed class Lane
    {
        public byte* Buffer;
        public Md5LaneFile? File;
        public SafeFileHandle? Handle;
        public int Position;
        public int Filled;
        public long Length;
        public bool IsEnded;
        public bool IsBegun;
        public bool IsWhole;

        public void Begin(Md5LaneFile file)
        {
            File = file;
            (Position, Filled, Length, IsEnded, IsBegun, IsWhole) = (0, 0, 0, false, false, false);
        }
    }
}
