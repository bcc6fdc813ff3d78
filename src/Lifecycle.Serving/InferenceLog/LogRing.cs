using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Serving;

/// <summary>
/// Where callers leave their predictions for the log: a bounded queue with many producers and one consumer. A producer never waits and never
/// throws; when the ring is full the newest is dropped and counted.
/// </summary>
internal sealed class LogRing
{
    /// <summary>As many waiting records wake the writer.</summary>
    public const int WakeAt = 256;

    // The writer tells of so many free places, or of such a part of the bytes, at once: each telling takes a cache line away from the callers.
    private const int ToldAtOnce = 64;
    private const int ToldPart = 16;

    // More kinds of calls than these take places from each other.
    private const int MostLayouts = 32;

    private readonly LogCell[] _cells;
    private readonly long _mask;
    private readonly long _mostBytes;
    private readonly bool _all;
    private readonly ulong _below;
    private readonly FrozenDictionary<string, ColumnRedaction>? _redactions;
    private readonly WakeSignal _wake;
    private PaddedLong _tail;
    private PaddedLong _head;
    private PaddedLong _bytes;
    private readonly RecordLayout?[] _layouts = new RecordLayout?[MostLayouts];
    private uint _nextLayout;
    private long _full;
    private long _failed;
    private volatile bool _isClosed;
    private volatile bool _isDraining;

    // What the consumer knows and has not told.
    private PaddedLong _next;
    private PaddedLong _freed;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="sample">Share of the requests that it wants, above 0 and at most 1.</param>
    /// <param name="records">Most records; at least 2.</param>
    /// <param name="bytes">Most bytes.</param>
    /// <param name="redactions">Columns to hide; null for none.</param>
    /// <param name="wake">Set when <see cref="WakeAt"/> records wait.</param>
    public LogRing(double sample, int records, long bytes, FrozenDictionary<string, ColumnRedaction>? redactions, WakeSignal wake)
    {
        _cells = new LogCell[records];
        for (int i = 0; i < records; i++)
        {
            _cells[i].Turn = i;
        }

        _mask = long.IsPow2(records) ? records - 1 : -1;
        _mostBytes = bytes;
        _redactions = redactions;
        _wake = wake;
        _all = sample >= 1;
        _below = _all ? ulong.MaxValue : (ulong)(sample * Math.Pow(2, 64));
    }

    /// <summary>Records that were taken in since the start.</summary>
    public long Recorded => Tail - Volatile.Read(ref _failed);

    /// <summary>Records that were dropped because the ring was full or closed.</summary>
    public long DroppedFull => Volatile.Read(ref _full);

    /// <summary>Records that could not be copied.</summary>
    public long DroppedFailed => Volatile.Read(ref _failed);

    /// <summary>Records that wait now.</summary>
    public long Waiting => Tail - Volatile.Read(ref _head.Value);

    /// <summary>Where the next record goes: all that were recorded so far stand before it.</summary>
    public long Tail => Volatile.Read(ref _tail.Value);

    /// <summary>Where the consumer stands; for the consumer.</summary>
    public long Taken => _next.Value;

    /// <summary>Whether the request is in the sample. The same id is always in or always out, in every process and for every model of one sample.</summary>
    public bool Wants(Guid requestId)
    {
        if (_all)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[16];
        requestId.TryWriteBytes(bytes);
        ulong low = Mix(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        return Mix(low ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])) < _below;
    }

    /// <summary>Copies one prediction, with its columns redacted.</summary>
    /// <param name="stamp">Which prediction it was.</param>
    /// <param name="inputs">Free again when the call returns.</param>
    /// <param name="outputs">Null when the run failed. Free again when the call returns.</param>
    /// <param name="rows">Rows of the request.</param>
    public void Record(in InferenceStamp stamp, TensorSet inputs, TensorSet? outputs, int rows)
    {
        try
        {
            RecordLayout layout = LayoutOf(stamp, inputs, outputs);
            long content = LogCell.Measure(layout, inputs, outputs), size = LogCell.Bytes + content;
            if (_isClosed || content > Array.MaxLength || IsFull(size))
            {
                Interlocked.Increment(ref _full);
                return;
            }

            if (Interlocked.Add(ref _bytes.Value, size) > _mostBytes || !TryClaim(out long position))
            {
                Interlocked.Add(ref _bytes.Value, -size);
                Interlocked.Increment(ref _full);
                return;
            }

            ref LogCell cell = ref _cells[Place(position)];
            cell.Claim(size);
            try
            {
                cell.Fill(layout, stamp, inputs, outputs, rows, (int)content);
            }
            catch (Exception)
            {
                // The writer passes over it.
                Interlocked.Increment(ref _failed);
            }

            Volatile.Write(ref cell.Turn, position + 1);
            if (!_isDraining && position + 1 - Volatile.Read(ref _head.Value) >= WakeAt)
            {
                _wake.Set();
            }
        }
        catch (Exception)
        {
            // tensors that were disposed, or no memory: the caller has its answer, and the log one record less
            Interlocked.Increment(ref _full);
        }
    }

    /// <summary>The oldest record, to be given back by <see cref="Release"/>; a null reference when there is none. One consumer.</summary>
    public ref readonly LogCell Peek()
    {
        long next = _next.Value;
        ref LogCell cell = ref _cells[Place(next)];
        if (Volatile.Read(ref cell.Turn) == next + 1)
        {
            return ref cell;
        }

        Tell();
        return ref Unsafe.NullRef<LogCell>();
    }

    /// <summary>The oldest record was written: its place is free.</summary>
    public void Release()
    {
        long next = _next.Value;
        ref LogCell cell = ref _cells[Place(next)];
        _freed.Value += cell.Size;
        cell.Clear();
        _next.Value = next + 1;
        Volatile.Write(ref cell.Turn, next + _cells.Length);
        if (_next.Value - _head.Value >= ToldAtOnce || _freed.Value >= _mostBytes / ToldPart)
        {
            Tell();
        }
    }

    /// <summary>The consumer takes what there is: nobody needs to wake it.</summary>
    public void BeginDrain() => _isDraining = true;

    /// <summary>The consumer goes to sleep.</summary>
    /// <param name="goesOn">Whether it may go on at once: then it is woken again by what came meanwhile and while it fell asleep.</param>
    public void EndDrain(bool goesOn)
    {
        Tell();
        _isDraining = false;
        Interlocked.MemoryBarrier();
        if (goesOn && Waiting >= WakeAt)
        {
            _wake.Set();
        }
    }

    /// <summary>From now on every record is dropped and counted.</summary>
    public void Close() => _isClosed = true;

    private RecordLayout LayoutOf(in InferenceStamp stamp, TensorSet inputs, TensorSet? outputs)
    {
        for (int i = 0; i < _layouts.Length && Volatile.Read(ref _layouts[i]) is { } layout; i++)
        {
            if (layout.Fits(stamp, inputs, outputs))
            {
                return layout;
            }
        }

        RecordLayout made = new(stamp, inputs, outputs, _redactions);
        Volatile.Write(ref _layouts[(Interlocked.Increment(ref _nextLayout) - 1) % MostLayouts], made);
        return made;
    }

    private void Tell()
    {
        if (_freed.Value != 0)
        {
            Interlocked.Add(ref _bytes.Value, -_freed.Value);
            _freed.Value = 0;
        }

        Volatile.Write(ref _head.Value, _next.Value);
    }

    // A look before anything is claimed: under more load than the writer takes, most records end here.
    private bool IsFull(long size)
    {
        if (Volatile.Read(ref _bytes.Value) + size > _mostBytes)
        {
            return true;
        }

        long tail = Volatile.Read(ref _tail.Value);
        return Volatile.Read(ref _cells[Place(tail)].Turn) < tail;
    }

    private long Place(long position) => _mask >= 0 ? position & _mask : position % _cells.Length;

    // the finaliser of SplitMix64
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private bool TryClaim(out long position)
    {
        position = Volatile.Read(ref _tail.Value);
        while (true)
        {
            long turn = Volatile.Read(ref _cells[Place(position)].Turn);
            if (turn < position)
            {
                return false;
            }

            if (turn == position)
            {
                long seen = Interlocked.CompareExchange(ref _tail.Value, position + 1, position);
                if (seen == position)
                {
                    return true;
                }

                position = seen;
            }
            else
            {
                position = Volatile.Read(ref _tail.Value);
            }
        }
    }

    /// <summary>A counter alone on its cache lines.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct PaddedLong
    {
        [FieldOffset(128)]
        public long Value;
    }
}
