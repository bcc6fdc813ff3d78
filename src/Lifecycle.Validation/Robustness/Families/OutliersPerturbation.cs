using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Numbers far outside: the mean ± 10 standard deviations.</summary>
internal sealed class OutliersPerturbation(double share) : Perturbation(PerturbationFamily.Outliers, share)
{
    internal override string Words =>
        FormattableString.Invariant($"Outliers at 10 standard deviations in {100 * Level:0.###} % of the cells of each feature");

    internal override string? Problem => ShareProblem();

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        double far = 10 * column.Figures.StandardDeviation;
        AtRandomRows(column.Values, cells, Level, random, i =>
        {
            double sign = random.NextBelow(2) == 0 ? -1 : 1;
            cells[i] = double.IsNaN(cells[i]) ? cells[i] : column.Figures.Mean + sign * far;
        });
    }
}
