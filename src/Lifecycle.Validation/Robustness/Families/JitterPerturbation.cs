using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Uniform noise in units of the distance between the 5 % and 95 % quantiles; of the span where these are equal.</summary>
internal sealed class JitterPerturbation(double level) : Perturbation(PerturbationFamily.Jitter, level)
{
    internal override string Words => FormattableString.Invariant($"Jitter within ±{100 * Level:0.###} % of each feature's middle 90 %");

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        double middle = column.Figures.Quantile(0.95) - column.Figures.Quantile(0.05);
        double width = Level * (middle > 0 ? middle : column.Figures.Span);
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = column.Values[i] + width * (2 * random.NextDouble() - 1);
        }
    }
}
