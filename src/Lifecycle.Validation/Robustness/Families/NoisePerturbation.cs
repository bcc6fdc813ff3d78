using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Gaussian noise in units of each column's standard deviation.</summary>
internal sealed class NoisePerturbation(double level) : Perturbation(PerturbationFamily.Noise, level)
{
    internal override string Words => FormattableString.Invariant($"Noise of {100 * Level:0.###} % of each feature's standard deviation");

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        random.FillGaussian(cells);
        double scale = Level * column.Figures.StandardDeviation;
        ReadOnlySpan<double> from = column.Values;
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = from[i] + scale * cells[i];
        }
    }
}
