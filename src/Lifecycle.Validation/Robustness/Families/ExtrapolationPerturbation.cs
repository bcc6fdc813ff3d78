using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>[min, max] becomes [min - level × span, max + level × span]; every value keeps its place within.</summary>
internal sealed class ExtrapolationPerturbation(double level) : Perturbation(PerturbationFamily.Extrapolation, level)
{
    internal override string Words =>
        FormattableString.Invariant($"The range of each feature widened by {100 * Level:0.###} % of its span on both sides");

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        double middle = column.Figures.Minimum + column.Figures.Span / 2, stretch = 1 + 2 * Level;
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = middle + stretch * (column.Values[i] - middle);
        }
    }
}
