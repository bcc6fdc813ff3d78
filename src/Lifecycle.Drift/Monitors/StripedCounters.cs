using System.Numerics;

namespace Lifecycle.Drift;

/// <summary>
/// Counters that many threads raise at once without a lock and without sharing a cache line: one stripe for every two processors.
/// They are never cleared; a window is the difference of two readings, modulo 2^32, so no increment is lost.
/// </summary>
internal sealed class StripedCounters
{
    private const int MostStripes = 16;
    private const int Line = 16;

    private readonly uint[] _counts;
    private readonly int _stride;
    private readonly int _mask;

    public StripedCounters(int counters)
    {
        int stripes = Math.Min(MostStripes, (int)BitOperations.RoundUpToPowerOf2((uint)(2 * Environment.ProcessorCount)));
        Counters = counters;
        _mask = stripes - 1;
        _stride = (counters + Line - 1) / Line * Line;
        _counts = new uint[stripes * _stride];
    }

    public int Counters { get; }

    public void Increment(int counter) => Interlocked.Increment(ref _counts[(Thread.GetCurrentProcessorId() & _mask) * _stride + counter]);

    public void Add(int counter, uint count) =>
        Interlocked.Add(ref _counts[(Thread.GetCurrentProcessorId() & _mask) * _stride + counter], count);

    /// <summary>The counters, stripes added up, modulo 2^32.</summary>
    public uint[] Read()
    {
        uint[] totals = new uint[Counters];
        for (int stripe = 0; stripe <= _mask; stripe++)
        {
            for (int i = 0; i < totals.Length; i++)
            {
                totals[i] = unchecked(totals[i] + Volatile.Read(ref _counts[stripe * _stride + i]));
            }
        }

        return totals;
    }
}
