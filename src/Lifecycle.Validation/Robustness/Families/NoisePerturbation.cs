using System.Numerics.Tensors;
using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Gaussian noise in units of each column's standard deviation.</summary>
internal sealed class NoisePerturbation(double level) : Perturbation(PerturbationFamily.Noise, level)
{
    private const int Block = 2_048;

    internal override string Words => FormattableString.Invariant($"Noise of {100 * Level:0.###} % of each feature's standard deviation");

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        double scale = Level * column.Figures.StandardDeviation;

        // A block at a time, so that the draws are still in the cache when they are scaled.
        for (int from = 0; from < cells.Length; from += Block)
        {
            Span<double> block = cells.AsSpan(from, Math.Min(Block, cells.Length - from));
            random.FillGaussian(block);
            TensorPrimitives.MultiplyAdd(block, scale, column.Values.AsSpan(from, block.Length), block);
        }
    }
}
