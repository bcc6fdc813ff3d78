namespace Lifecycle.Data;

/// <summary>How often each sensitive value stands in the whole table; values by rank.</summary>
internal sealed class SensitiveTotals
{
    /// <summary>Below so many rows products of two counts fit into 64 bits, and their sums, too.</summary>
    private const long SmallTable = 1L << 30;

    private readonly long[] _cumulative = [];
    private readonly Int128[] _prefix = [];
    private readonly long[] _small = [];

    /// <param name="counts">How often each value stands in the table, by rank.</param>
    /// <param name="isOrdered">Whether ranks are an order of numbers.</param>
    /// <param name="wide">Counts in 128 bits also where 64 would do.</param>
    public SensitiveTotals(long[] counts, bool isOrdered, bool wide = false)
    {
        Counts = counts;
        Rows = counts.Sum();
        Position = isOrdered ? new int[counts.Length] : [];
        if (!isOrdered)
        {
            Distinct = counts.Count(c => c > 0);
            IsSmall = !wide && Rows < SmallTable;
            return;
        }

        _cumulative = new long[counts.Length];
        _prefix = new Int128[counts.Length + 1];
        long sum = 0;
        for (int rank = 0; rank < counts.Length; rank++)
        {
            if (counts[rank] > 0)
            {
                Position[rank] = Distinct;
                sum += counts[rank];
                _cumulative[Distinct] = sum;
                _prefix[Distinct + 1] = _prefix[Distinct] + sum;
                Distinct++;
            }
        }

        // rows x rows x values in 64 bits
        IsSmall = !wide && (double)Rows * Rows * Distinct < long.MaxValue / 4d;
        _small = IsSmall ? [.. _prefix.Take(Distinct + 1).Select(p => (long)p)] : [];
    }

    /// <summary>Whether sums of distances fit into 64 bits.</summary>
    public bool IsSmall { get; }

    /// <summary>Rows with each value.</summary>
    public long[] Counts { get; }

    /// <summary>All rows.</summary>
    public long Rows { get; }

    /// <summary>Values that there are.</summary>
    public int Distinct { get; }

    /// <summary>The place of each value among those that there are; empty when they have no order.</summary>
    public int[] Position { get; }

    /// <summary>
    /// Sum over the places from <paramref name="from"/> to before <paramref name="to"/> of |below/size - cumulative share|, times size
    /// times rows. The shares only grow, so there is one place where the sign changes.
    /// </summary>
    public long SmallGap(int from, int to, long below, long size)
    {
        if (from >= to)
        {
            return 0;
        }

        long mine = below * Rows;
        int low = from;
        int high = to;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_cumulative[middle] * size > mine)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return (mine * (low - from - (to - low))) - (size * (_small[low] - _small[from] - (_small[to] - _small[low])));
    }

    /// <summary>The same in 128 bits.</summary>
    public Int128 Gap(int from, int to, long below, long size)
    {
        if (from >= to)
        {
            return 0;
        }

        Int128 mine = (Int128)below * Rows;
        int low = from;
        int high = to;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if ((Int128)_cumulative[middle] * size > mine)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return (mine * (low - from)) - (size * (_prefix[low] - _prefix[from])) + (size * (_prefix[to] - _prefix[low])) - (mine * (to - low));
    }
}
