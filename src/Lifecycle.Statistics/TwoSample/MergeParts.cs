namespace Lifecycle.Statistics;

/// <summary>Two neighbouring parts of a walk through two sorted samples, and what they yield.</summary>
internal struct MergePair
{
    public readonly MergeCursor First, Second;
    public RunSums FirstSums, SecondSums;

    /// <param name="n">Values of the first sample.</param>
    /// <param name="m">Values of the second sample.</param>
    /// <param name="from">Where the first part begins.</param>
    /// <param name="middle">Where it ends and the second begins.</param>
    /// <param name="to">Where the second ends.</param>
    public MergePair(int n, int m, (int I, int J) from, (int I, int J) middle, (int I, int J) to)
    {
        First = new MergeCursor(from.I, from.J, middle.I + middle.J);
        Second = new MergeCursor(middle.I, middle.J, to.I + to.J);
        FirstSums = new RunSums(n, m);
        SecondSums = new RunSums(n, m);
    }
}

/// <summary>All parts of a walk. Where they end decides where sums are rounded: one thread and two have the same.</summary>
internal struct MergeParts(MergePair low, MergePair high)
{
    public MergePair Low = low, High = high;

    public readonly MergeTotals Totals() => RunSums.Totals([Low.FirstSums, Low.SecondSums, High.FirstSums, High.SecondSums]);

    public readonly (long Above, long Below) Extremes() => RunSums.Extremes([Low.FirstSums, Low.SecondSums, High.FirstSums, High.SecondSums]);
}
