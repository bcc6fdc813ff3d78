using System.Numerics;

namespace Lifecycle.Serving;

/// <summary>The calls of one model that have their version and no answer yet: one cell a core, so that two calls do not meet.</summary>
internal sealed class ActiveCalls(string model)
{
    // A cell is 16 longs, 128 bytes; the first ones belong to the array's length.
    private const int Width = 16;

    private static readonly int Cores = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);

    private readonly long[] _cells = new long[(Cores + 1) * Width];

    public string Model => model;

    /// <summary>How many there are; exact only while none begins or ends.</summary>
    public long Count
    {
        get
        {
            long sum = 0;
            for (int i = 1; i <= Cores; i++)
            {
                sum += Volatile.Read(ref _cells[i * Width]);
            }

            return sum;
        }
    }

    /// <summary>One begins (1) or ends (-1), near a core.</summary>
    public void Change(int core, int by) => Interlocked.Add(ref _cells[(core + 1) * Width], by);
}
