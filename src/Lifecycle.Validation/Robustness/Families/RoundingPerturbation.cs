using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Numbers on a grid of equal steps between the least and the greatest.</summary>
internal sealed class RoundingPerturbation(double steps) : Perturbation(PerturbationFamily.Rounding, steps)
{
    internal override string Words => FormattableString.Invariant($"Rounding each feature to {Level} steps of its range");

    internal override string? Problem => WholeProblem(1, 1_000_000);

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random) =>
        ToSteps(column, cells, Level);

    public static void ToSteps(CodedColumn column, double[] cells, double steps)
    {
        double least = column.Figures.Minimum, step = column.Figures.Span / steps;
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = double.IsFinite(column.Values[i]) ? least + Math.Round((column.Values[i] - least) / step) * step : column.Values[i];
        }
    }
}
