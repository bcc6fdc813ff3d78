using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Whole columns that are not there; variant v draws its columns from stream (seed, family &lt;&lt; 32 | v).</summary>
internal sealed class ColumnMissingPerturbation(double columns) : Perturbation(PerturbationFamily.ColumnMissing, columns)
{
    internal override string Words => FormattableString.Invariant($"{Level} of the features missing altogether");

    internal override string? Problem => WholeProblem(1, 1_000_000);

    internal override string NothingToChange => "no feature may change";

    internal override int Variants => 5;

    internal override Draft? Change(FeatureTable table, ulong seed, int variant)
    {
        Draft draft = new(table);
        int[] columns = [.. Enumerable.Range(0, table.Columns.Length).Where(c => !table.Rules.IsFixed(c))];
        new RandomStream(seed, ((ulong)Family << 32) | (uint)variant).Shuffle<int>(columns);
        foreach (int c in columns.Take((int)Level))
        {
            double[] cells = new double[table.RowCount];
            Array.Fill(cells, double.NaN);
            draft.Set(c, cells);
        }

        return columns.Length == 0 ? null : draft;
    }
}
