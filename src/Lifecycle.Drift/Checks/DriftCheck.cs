using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Compares two samples or a table with a reference.</summary>
public static partial class DriftCheck
{
    /// <summary>Compares two raw samples: Anderson-Darling (Mann-Whitney for discrete values) and chi-square on bins of the first one.</summary>
    /// <param name="reference">The older sample; NaN is missing, infinities are counted and not tested.</param>
    /// <param name="current">The newer sample.</param>
    /// <param name="policy">Alpha and least effect; null means <see cref="DriftPolicy.Default"/>.</param>
    /// <param name="name">Name of the column, for the printed form.</param>
    /// <returns>The finding; <see cref="DriftVerdict.NotTested"/> with the reason when a sample is empty.</returns>
    /// <remarks>O((n + m) log n); neither sample is changed.</remarks>
    public static ColumnFinding Compare(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, DriftPolicy? policy = null, string name = "")
    {
        SortedSample first = new(reference), second = new(current);
        return policy is { Rule.NeedsValues: true }
            ? Compare(first, second, policy, name, new ColumnValues.Numbers(reference.ToArray(), current.ToArray(), IsOrdered: true))
            : Compare(first, second, policy, name);
    }

    /// <summary>Compares two raw samples of single precision.</summary>
    /// <param name="reference">The older sample; NaN is missing, infinities are counted and not tested.</param>
    /// <param name="current">The newer sample.</param>
    /// <param name="policy">Alpha and least effect; null means <see cref="DriftPolicy.Default"/>.</param>
    /// <param name="name">Name of the column, for the printed form.</param>
    public static ColumnFinding Compare(
        ReadOnlySpan<float> reference, ReadOnlySpan<float> current, DriftPolicy? policy = null, string name = "")
    {
        SortedSample first = new(reference), second = new(current);
        return policy is { Rule.NeedsValues: true }
            ? Compare(first, second, policy, name, new ColumnValues.Numbers(Widened(reference), Widened(current), IsOrdered: true))
            : Compare(first, second, policy, name);
    }

    /// <summary>Compares a raw sample with a column of a stored reference.</summary>
    /// <param name="reference">The column of a profile.</param>
    /// <param name="current">The newer sample; NaN is missing, infinities are counted and not tested.</param>
    /// <param name="policy">Alpha and least effect; null means <see cref="DriftPolicy.Default"/>.</param>
    /// <remarks>One pass over the sample; nothing is sorted.</remarks>
    public static ColumnFinding Compare(NumericColumn reference, ReadOnlySpan<double> current, DriftPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(reference);
        policy ??= DriftPolicy.Default;
        return Judged(reference, NumericTally.Of(reference, current), policy, policy.Rule.NeedsValues ? current.ToArray() : null);
    }

    /// <summary>Compares a raw sample of single precision with a column of a stored reference.</summary>
    /// <param name="reference">The column of a profile.</param>
    /// <param name="current">The newer sample; NaN is missing, infinities are counted and not tested.</param>
    /// <param name="policy">Alpha and least effect; null means <see cref="DriftPolicy.Default"/>.</param>
    /// <remarks>One pass over the sample; nothing is sorted.</remarks>
    public static ColumnFinding Compare(NumericColumn reference, ReadOnlySpan<float> current, DriftPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(reference);
        policy ??= DriftPolicy.Default;
        return Judged(reference, NumericTally.Of(reference, current), policy, policy.Rule.NeedsValues ? Widened(current) : null);
    }

    private static ColumnFinding Judged(NumericColumn reference, NumericTally tally, DriftPolicy policy, double[]? current) => policy.Rule.Judge(
        [policy.Rule.Look(NumericCheck.Compare(reference, tally), () => ColumnValues.Of(reference, tally, current))], policy)[0];

    private static ColumnFinding Compare(SortedSample first, SortedSample second, DriftPolicy? policy, string name, ColumnValues? values = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        policy ??= DriftPolicy.Default;
        NumericColumn column = SortedColumn.Of(name, first);
        NumericTally tally = SortedColumn.Tally(column, second);
        TwoSampleComparison? samples = first.Count > 0 && second.Count > 0 ? TwoSample.Compare(first, second) : null;
        ColumnFinding finding = policy.Rule.Look(NumericCheck.Compare(column, tally, samples), () => values ?? ColumnValues.Of(column, tally, null));
        return policy.Rule.Judge([finding], policy)[0];
    }

    private static double[] Widened(ReadOnlySpan<float> values)
    {
        double[] wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return wide;
    }
}
