namespace Lifecycle.Statistics;

/// <summary>The log-likelihood ratio test of independence, 2 Σ O ln(O/E).</summary>
public static class GTest
{
    /// <summary>Tests whether two rows of counts have the same shares (a 2 x k table).</summary>
    /// <param name="first">Counts of the first row, at least 0.</param>
    /// <param name="second">Counts of the second row, column by column.</param>
    /// <returns>The test, without a continuity correction.</returns>
    /// <exception cref="ArgumentException">Lengths differ or a count is negative.</exception>
    public static TableTest Test(ReadOnlySpan<long> first, ReadOnlySpan<long> second) => new ContingencyTable(first, second).Judge(Term);

    /// <summary>Tests independence in an r x c table.</summary>
    /// <param name="counts">Rows of counts, all of one length.</param>
    /// <returns>The test, without a continuity correction.</returns>
    /// <exception cref="ArgumentException">Row lengths differ or a count is negative.</exception>
    public static TableTest Test(IReadOnlyList<IReadOnlyList<long>> counts) => new ContingencyTable(counts).Judge(Term);

    // O ln(O/E) + E - O: the same sum, every term at least 0.
    private static double Term(double observed, double expected) => 2 * SpecialFunctions.Deviance(observed, expected);
}
