using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Numbers with the sign turned.</summary>
internal sealed class SignFlipPerturbation(double share) : Perturbation(PerturbationFamily.SignFlip, share)
{
    internal override string Words => FormattableString.Invariant($"The sign turned in {100 * Level:0.###} % of the cells of each feature");

    internal override string? Problem => ShareProblem();

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random) =>
        AtRandomRows(column.Values, cells, Level, random, i => cells[i] = -cells[i]);
}
