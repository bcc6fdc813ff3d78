using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Compares two samples or a table with a reference.</summary>
public static class DriftCheck
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
        return Compare(first, second, reference.ToArray(), current, policy, name);
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
        return Compare(first, second, Widen(reference), Widen(current), policy, name);
    }

    private static ColumnFinding Compare(
        SortedSample first, SortedSample second, double[] reference, ReadOnlySpan<double> current, DriftPolicy? policy, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        NumericColumn column = GridBuilder.Build(new ColumnLayout(name, ColumnRole.Feature), reference, null);
        NumericTally tally = NumericTally.Of(column, current);
        TwoSampleComparison? samples = first.Count > 0 && second.Count > 0 ? TwoSample.Compare(first, second) : null;
        return Judgement.Of([NumericCheck.Compare(column, tally, samples)], policy ?? DriftPolicy.Default)[0];
    }

    private static double[] Widen(ReadOnlySpan<float> values)
    {
        double[] wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return wide;
    }
}
