namespace Lifecycle.Statistics;

/// <summary>Cramér's V, the strength of association in a contingency table: 0 none, 1 complete.</summary>
public static class CramersV
{
    /// <summary>√(χ²/(N min(r - 1, c - 1))) of a 2 x k table, without a continuity correction.</summary>
    /// <param name="first">Counts of the first row, at least 0.</param>
    /// <param name="second">Counts of the second row, column by column.</param>
    /// <returns>A number in [0, 1]; 0 for a table without freedom.</returns>
    /// <exception cref="ArgumentException">Lengths differ or a count is negative.</exception>
    public static double Of(ReadOnlySpan<long> first, ReadOnlySpan<long> second) => Of([first.ToArray(), second.ToArray()]);

    /// <summary>√(χ²/(N min(r - 1, c - 1))) of an r x c table, without a continuity correction.</summary>
    /// <param name="counts">Rows of counts, all of one length.</param>
    /// <returns>A number in [0, 1]; empty rows and columns do not count, and a table without freedom gives 0.</returns>
    /// <exception cref="ArgumentException">Row lengths differ or a count is negative.</exception>
    public static double Of(IReadOnlyList<IReadOnlyList<long>> counts)
    {
        TableTest test = ChiSquare.Test(counts, correction: false);
        (int rows, int columns) = Shape(counts);
        return test.DegreesOfFreedom == 0
            ? 0
            : Math.Min(1, Math.Sqrt(test.Test.Statistic / test.Test.FirstSize / (Math.Min(rows, columns) - 1)));
    }

    /// <summary>
    /// The bias-corrected V of Bergsma (2013) of a 2 x k table: φ² loses its mean (r - 1)(c - 1)/(N - 1) under independence, and r and
    /// c shrink by (r - 1)²/(N - 1) and (c - 1)²/(N - 1).
    /// </summary>
    /// <param name="first">Counts of the first row, at least 0.</param>
    /// <param name="second">Counts of the second row, column by column.</param>
    /// <returns>A number in [0, 1]; 0 for a table without freedom.</returns>
    /// <exception cref="ArgumentException">Lengths differ or a count is negative.</exception>
    public static double Corrected(ReadOnlySpan<long> first, ReadOnlySpan<long> second) => Corrected([first.ToArray(), second.ToArray()]);

    /// <summary>The bias-corrected V of Bergsma (2013) of an r x c table.</summary>
    /// <param name="counts">Rows of counts, all of one length.</param>
    /// <returns>A number in [0, 1]; empty rows and columns do not count, and a table without freedom gives 0.</returns>
    /// <exception cref="ArgumentException">Row lengths differ or a count is negative.</exception>
    public static double Corrected(IReadOnlyList<IReadOnlyList<long>> counts)
    {
        TableTest test = ChiSquare.Test(counts, correction: false);
        (double rows, double columns) = Shape(counts);
        double size = test.Test.FirstSize;
        double association = test.Test.Statistic / size - test.DegreesOfFreedom / (size - 1);
        double least = Math.Min(rows - (rows - 1) * (rows - 1) / (size - 1), columns - (columns - 1) * (columns - 1) / (size - 1)) - 1;
        return test.DegreesOfFreedom > 0 && association > 0 && least > 0 ? Math.Min(1, Math.Sqrt(association / least)) : 0;
    }

    private static (int Rows, int Columns) Shape(IReadOnlyList<IReadOnlyList<long>> counts)
    {
        int rows = counts.Count(row => row.Any(c => c > 0));
        return (rows, counts.Count == 0 ? 0 : Enumerable.Range(0, counts[0].Count).Count(c => counts.Any(row => row[c] > 0)));
    }
}
