namespace Lifecycle.Data;

/// <summary>
/// Classes of equal rows with how often each sensitive value stands in them. All counts are whole numbers, so that distances are exact up
/// to one division.
/// </summary>
internal sealed class ClassTable
{
    private static readonly double[] Logs = [.. Enumerable.Range(0, 1024).Select(i => Math.Log(i))];

    private readonly int _values;
    private readonly int[] _start;
    private readonly int[] _value;
    private readonly int[] _times;
    private readonly bool _isOrdered;

    /// <summary>Counts.</summary>
    /// <param name="classOf">The class of each row.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="sensitive">The sensitive code of each row; empty when there is no sensitive column.</param>
    /// <param name="values">How many sensitive codes there are.</param>
    /// <param name="order">The sensitive codes in the order of their numbers; null when they are no numbers.</param>
    public ClassTable(int[] classOf, int classes, ReadOnlySpan<int> sensitive, int values, int[]? order)
    {
        Sizes = new int[classes];
        foreach (int id in classOf)
        {
            Sizes[id]++;
        }

        HasSensitive = !sensitive.IsEmpty || values > 0;
        _values = values;
        _isOrdered = order is not null;
        _start = new int[classes + 1];
        _value = [];
        _times = [];
        if (!HasSensitive)
        {
            return;
        }

        int[] rank = new int[values];
        for (int i = 0; i < values; i++)
        {
            rank[order is null ? i : order[i]] = i;
        }

        // least significant first: by value, then stably by class, so that equal values of a class stand together and in order
        int[] byValue = Sorted(sensitive, rank, values);
        (int[] ends, int[] sorted) = SortedByClass(byValue, classOf, sensitive, rank);
        _value = new int[sorted.Length];
        _times = new int[sorted.Length];
        int kept = 0;
        int at = 0;
        for (int id = 0; id < classes; id++)
        {
            _start[id] = kept;
            for (; at < ends[id]; at++)
            {
                if (kept > _start[id] && _value[kept - 1] == sorted[at])
                {
                    _times[kept - 1]++;
                }
                else
                {
                    _value[kept] = sorted[at];
                    _times[kept++] = 1;
                }
            }
        }

        _start[classes] = kept;
    }

    /// <summary>Rows of each class.</summary>
    public int[] Sizes { get; }

    /// <summary>Whether there is a sensitive column.</summary>
    public bool HasSensitive { get; }

    /// <summary>Different sensitive values of a class.</summary>
    public int Distinct(int id) => _start[id + 1] - _start[id];

    /// <summary>Shannon entropy of a class's sensitive values, in nats.</summary>
    public double Entropy(int id)
    {
        double sum = 0;
        for (int i = _start[id]; i < _start[id + 1]; i++)
        {
            sum += _times[i] == 1 ? 0 : _times[i] * Log(_times[i]);
        }

        return Log(Sizes[id]) - (sum / Sizes[id]);
    }

    /// <summary>The sensitive values of all classes that are not left out.</summary>
    public SensitiveTotals Totals(ReadOnlySpan<bool> leftOut, bool wide = false)
    {
        long[] counts = new long[_values];
        for (int id = 0; id < Sizes.Length; id++)
        {
            for (int i = leftOut.IsEmpty || !leftOut[id] ? _start[id] : int.MaxValue; i < _start[id + 1]; i++)
            {
                counts[_value[i]] += _times[i];
            }
        }

        return new SensitiveTotals(counts, _isOrdered, wide);
    }

    /// <summary>Half the sum of absolute differences of shares: the distance of categories (Li 2007).</summary>
    public double CategoryDistance(int id, SensitiveTotals totals)
    {
        long size = Sizes[id];
        long covered = 0;
        if (totals.IsSmall)
        {
            long small = 0;
            for (int i = _start[id]; i < _start[id + 1]; i++)
            {
                long all = totals.Counts[_value[i]];
                small += Math.Abs((_times[i] * totals.Rows) - (all * size));
                covered += all;
            }

            return (small + (size * (totals.Rows - covered))) / (2d * size * totals.Rows);
        }

        Int128 sum = 0;
        for (int i = _start[id]; i < _start[id + 1]; i++)
        {
            long all = totals.Counts[_value[i]];
            sum += Int128.Abs(((Int128)_times[i] * totals.Rows) - ((Int128)all * size));
            covered += all;
        }

        sum += (Int128)size * (totals.Rows - covered);
        return (double)sum / (2d * size * totals.Rows);
    }

    /// <summary>1/(m-1) of the sum of absolute cumulative differences over the m sorted values: the ordered distance of numbers (Li
    /// 2007).</summary>
    public double NumberDistance(int id, SensitiveTotals totals)
    {
        int m = totals.Distinct;
        if (m < 2)
        {
            return 0;
        }

        long size = Sizes[id];
        long below = 0;
        int from = 0;
        if (totals.IsSmall)
        {
            long small = 0;
            for (int i = _start[id]; i < _start[id + 1]; i++)
            {
                int position = totals.Position[_value[i]];
                small += totals.SmallGap(from, position, below, size);
                from = position;
                below += _times[i];
            }

            return (small + totals.SmallGap(from, m - 1, below, size)) / ((double)size * totals.Rows * (m - 1));
        }

        Int128 sum = 0;
        for (int i = _start[id]; i < _start[id + 1]; i++)
        {
            int position = totals.Position[_value[i]];
            sum += totals.Gap(from, position, below, size);
            from = position;
            below += _times[i];
        }

        sum += totals.Gap(from, m - 1, below, size);
        return (double)sum / ((double)size * totals.Rows * (m - 1));
    }

    private static double Log(int count) => count < Logs.Length ? Logs[count] : Math.Log(count);

    private static int[] Sorted(ReadOnlySpan<int> sensitive, int[] rank, int values)
    {
        int[] next = new int[values + 1];
        foreach (int code in sensitive)
        {
            next[rank[code] + 1]++;
        }

        for (int i = 0; i < values; i++)
        {
            next[i + 1] += next[i];
        }

        int[] rows = new int[sensitive.Length];
        for (int row = 0; row < sensitive.Length; row++)
        {
            rows[next[rank[sensitive[row]]]++] = row;
        }

        return rows;
    }

    private (int[] Ends, int[] Ranks) SortedByClass(int[] rows, int[] classOf, ReadOnlySpan<int> sensitive, int[] rank)
    {
        int[] next = new int[Sizes.Length];
        for (int id = 1; id < Sizes.Length; id++)
        {
            next[id] = next[id - 1] + Sizes[id - 1];
        }

        int[] ranks = new int[rows.Length];
        foreach (int row in rows)
        {
            ranks[next[classOf[row]]++] = rank[sensitive[row]];
        }

        return (next, ranks);
    }
}
