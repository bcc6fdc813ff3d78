namespace Lifecycle.Statistics;

/// <summary>The outcome of a test of a contingency table.</summary>
/// <param name="Test">Statistic and p-value; the sizes are the table's total and 0.</param>
/// <param name="DegreesOfFreedom">(rows - 1)(columns - 1) of the rows and columns that are not empty.</param>
/// <param name="LeastExpected">Least expected count of a cell; below 5 the limit law is rough.</param>
public readonly record struct TableTest(TestResult Test, int DegreesOfFreedom, double LeastExpected);

/// <summary>Pearson's chi-squared test of independence.</summary>
public static class ChiSquare
{
    /// <summary>Tests whether two rows of counts have the same shares (a 2 x k table).</summary>
    /// <param name="first">Counts of the first row, at least 0.</param>
    /// <param name="second">Counts of the second row, column by column.</param>
    /// <param name="correction">Yates' continuity correction, used for one degree of freedom only; on as in scipy.</param>
    /// <returns>The test; columns empty in both rows do not count, and a table without freedom gives p = 1.</returns>
    /// <exception cref="ArgumentException">Lengths differ or a count is negative.</exception>
    public static TableTest Test(ReadOnlySpan<long> first, ReadOnlySpan<long> second, bool correction = true) =>
        Pearson(new ContingencyTable(first, second), correction);

    /// <summary>Tests independence in an r x c table.</summary>
    /// <param name="counts">Rows of counts, all of one length.</param>
    /// <param name="correction">Yates' continuity correction, used for one degree of freedom only; on as in scipy.</param>
    /// <returns>The test; empty rows and columns do not count, and a table without freedom gives p = 1.</returns>
    /// <exception cref="ArgumentException">Row lengths differ or a count is negative.</exception>
    public static TableTest Test(IReadOnlyList<IReadOnlyList<long>> counts, bool correction = true) =>
        Pearson(new ContingencyTable(counts), correction);

    private static TableTest Pearson(ContingencyTable table, bool correction)
    {
        bool yates = correction && table.DegreesOfFreedom == 1;
        return table.Judge((observed, expected) =>
        {
            double difference = Math.Abs(observed - expected);
            difference -= yates ? Math.Min(0.5, difference) : 0;
            return difference * difference / expected;
        });
    }
}
