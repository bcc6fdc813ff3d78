namespace Lifecycle.Statistics;

/// <summary>A table of counts with its margins.</summary>
internal sealed class ContingencyTable
{
    private readonly long[][] _rows;
    private readonly long[] _rowSums, _columnSums;
    private readonly long _total;

    public ContingencyTable(ReadOnlySpan<long> first, ReadOnlySpan<long> second)
        : this([first.ToArray(), second.ToArray()])
    {
    }

    public ContingencyTable(IReadOnlyList<IReadOnlyList<long>> counts)
        : this([.. (counts ?? throw new ArgumentNullException(nameof(counts))).Select(row => row.ToArray())])
    {
    }

    private ContingencyTable(long[][] rows)
    {
        int width = rows.Length == 0 ? 0 : rows[0].Length;
        if (rows.Any(r => r.Length != width) || rows.Any(r => r.Any(c => c < 0)))
        {
            throw new ArgumentException("A contingency table has rows of one length and no negative counts.");
        }

        _rows = rows;
        _rowSums = [.. rows.Select(r => r.Sum())];
        _columnSums = [.. Enumerable.Range(0, width).Select(c => rows.Sum(r => r[c]))];
        _total = _rowSums.Sum();
        DegreesOfFreedom = Math.Max(0, (_rowSums.Count(s => s > 0) - 1) * (_columnSums.Count(s => s > 0) - 1));
    }

    public int DegreesOfFreedom { get; }

    /// <summary>Sums a term over all cells whose row and column are not empty, and refers it to chi-squared.</summary>
    public TableTest Judge(Func<double, double, double> term)
    {
        CompensatedSum sum = default;
        double least = double.PositiveInfinity;
        for (int r = 0; r < _rows.Length; r++)
        {
            for (int c = 0; c < _columnSums.Length; c++)
            {
                double expected = (double)_rowSums[r] * _columnSums[c] / _total;
                if (_rowSums[r] > 0 && _columnSums[c] > 0)
                {
                    sum.Add(term(_rows[r][c], expected));
                    least = Math.Min(least, expected);
                }
            }
        }

        double statistic = Math.Max(0, sum.Value);
        double log = DegreesOfFreedom == 0 ? 0 : ChiSquaredDistribution.LogSurvival(statistic, DegreesOfFreedom);
        TestResult test = TestResult.FromLog(DegreesOfFreedom == 0 ? 0 : statistic, log, PValueMethod.Asymptotic, _total, 0);
        return new TableTest(test, DegreesOfFreedom, double.IsInfinity(least) ? 0 : least);
    }
}
