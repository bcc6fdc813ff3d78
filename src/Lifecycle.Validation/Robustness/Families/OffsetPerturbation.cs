using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>All numbers moved up.</summary>
internal sealed class OffsetPerturbation(double level) : Perturbation(PerturbationFamily.Offset, level)
{
    internal override string Words => FormattableString.Invariant($"An offset of {Level:0.###} standard deviations in every feature");

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        double offset = Level * column.Figures.StandardDeviation;
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = column.Values[i] + offset;
        }
    }
}
