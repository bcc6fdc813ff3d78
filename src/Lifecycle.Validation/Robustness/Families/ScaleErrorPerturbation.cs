using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Numbers in the wrong unit.</summary>
internal sealed class ScaleErrorPerturbation(double share) : Perturbation(PerturbationFamily.ScaleError, share)
{
    private static readonly double[] Factors = [10, 0.1, 100, 0.001];

    internal override string Words =>
        FormattableString.Invariant($"A wrong unit (x10, /10, x100, /1000) in {100 * Level:0.###} % of the rows of each feature");

    internal override string? Problem => ShareProblem();

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        int turn = 0;
        AtRandomRows(column.Values, cells, Level, random, i => cells[i] *= Factors[turn++ % Factors.Length]);
    }
}
