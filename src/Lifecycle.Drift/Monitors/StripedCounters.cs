using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Drift;

/// <summary>
/// The counters of a monitor, kept several times: one stripe for every half processor, at most 16. A thread takes the stripe of its processor
/// for the few nanoseconds of one row, raises its counters by plain additions and gives it back; a stripe that is taken is passed over, and
/// when all are taken the last, shared stripe is raised by atomic additions. So nobody ever waits, a row costs one atomic operation whatever
/// its width, and no count is lost. Counters are never cleared: a window is the difference of two readings, modulo 2^32.
/// </summary>
internal sealed class StripedCounters
{
    /// <summary>Counters of a column, all stripes together.</summary>
    public const int MostBytesOfColumn = 65_536;

    private const int MostStripes = 16;
    private const int Line = 16;
    private const int CallsBetweenLooks = 64;
    private const int LookBits = 8;
    private const long MostBytes = 1L << 28;

    /// <summary>The stripe this thread used last, and in how many calls it looks again which processor it runs on.</summary>
    [ThreadStatic]
    private static int _ticket;

    private readonly uint[] _counts;
    private readonly int[] _owners;
    private readonly int _stride;
    private readonly int _mask;
    private readonly int _shared;

    /// <param name="counters">Counters of all columns.</param>
    /// <param name="widest">Counters of the widest column.</param>
    /// <param name="processors">Processors of the machine.</param>
    public StripedCounters(int counters, int widest, int processors)
    {
        int stripes = Math.Min(MostStripes, (int)BitOperations.RoundUpToPowerOf2((uint)(2 * processors)));
        while (stripes > 1 && ((stripes + 1L) * widest * sizeof(uint) > MostBytesOfColumn || (stripes + 1L) * counters * sizeof(uint) > MostBytes))
        {
            stripes /= 2;
        }

        Counters = counters;
        Stripes = stripes;
        _mask = stripes - 1;
        _stride = (counters + Line - 1) / Line * Line + Line;
        _shared = stripes * _stride;
        _counts = new uint[_shared + _stride];
        _owners = new int[(stripes + 1) * Line];
    }

    public int Counters { get; }

    /// <summary>Stripes that a thread can have for itself; one more is shared.</summary>
    public int Stripes { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Increment(int counter)
    {
        int stripe = Enter();
        if (stripe >= 0)
        {
            _counts[stripe * _stride + counter]++;
            Leave(stripe);
        }
        else
        {
            Interlocked.Increment(ref _counts[_shared + counter]);
        }
    }

    public void Add(int counter, uint count)
    {
        int stripe = Enter();
        if (stripe >= 0)
        {
            _counts[stripe * _stride + counter] += count;
            Leave(stripe);
        }
        else
        {
            Interlocked.Add(ref _counts[_shared + counter], count);
        }
    }

    /// <summary>Raises each of these counters by one; a counter may stand there twice.</summary>
    public void Increment(ReadOnlySpan<int> counters)
    {
        int stripe = Enter();
        if (stripe >= 0)
        {
            Span<uint> own = _counts.AsSpan(stripe * _stride, _stride);
            foreach (int counter in counters)
            {
                own[counter]++;
            }

            Leave(stripe);
            return;
        }

        foreach (int counter in counters)
        {
            Interlocked.Increment(ref _counts[_shared + counter]);
        }
    }

    /// <summary>Adds to neighbouring counters.</summary>
    public void Add(int first, ReadOnlySpan<uint> counts)
    {
        int stripe = Enter();
        if (stripe >= 0)
        {
            Span<uint> own = _counts.AsSpan(stripe * _stride + first, counts.Length);
            for (int i = 0; i < counts.Length; i++)
            {
                own[i] += counts[i];
            }

            Leave(stripe);
            return;
        }

        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                Interlocked.Add(ref _counts[_shared + first + i], counts[i]);
            }
        }
    }

    /// <summary>The counters, stripes added up, modulo 2^32.</summary>
    public uint[] Read()
    {
        uint[] totals = new uint[Counters];
        for (int stripe = 0; stripe <= Stripes; stripe++)
        {
            int start = stripe * _stride;
            for (int i = 0; i < totals.Length; i++)
            {
                totals[i] = unchecked(totals[i] + Volatile.Read(ref _counts[start + i]));
            }
        }

        return totals;
    }

    /// <summary>Takes a stripe for this thread alone; -1 when all are taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Enter()
    {
        int ticket = _ticket;
        if ((ticket & ((1 << LookBits) - 1)) == 0)
        {
            ticket = Ticket(Thread.GetCurrentProcessorId());
        }

        _ticket = ticket - 1;
        int stripe = (ticket >> LookBits) & _mask;
        return Interlocked.CompareExchange(ref Owner(stripe), 1, 0) == 0 ? stripe : EnterAnother(stripe);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Leave(int stripe) => Volatile.Write(ref Owner(stripe), 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int EnterAnother(int taken)
    {
        for (int i = 1; i <= _mask; i++)
        {
            int stripe = (taken + i) & _mask;
            if (Volatile.Read(ref Owner(stripe)) == 0 && Interlocked.CompareExchange(ref Owner(stripe), 1, 0) == 0)
            {
                _ticket = Ticket(stripe);
                return stripe;
            }
        }

        return -1;
    }

    private static int Ticket(int stripe) => (stripe << LookBits) | CallsBetweenLooks;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref int Owner(int stripe) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_owners), (stripe + 1) * Line);
}
