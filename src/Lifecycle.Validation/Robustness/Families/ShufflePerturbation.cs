using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Values of some rows permuted within the column: each is plausible by itself and belongs to another row.</summary>
internal sealed class ShufflePerturbation(double share) : Perturbation(PerturbationFamily.Shuffle, share)
{
    internal override string Words => FormattableString.Invariant($"{100 * Level:0.###} % of the rows of each feature permuted");

    internal override string? Problem => ShareProblem();

    internal override string NothingToChange => "no feature may change";

    internal override bool CanChange(CodedColumn column) => column.Figures.Varies;

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        List<int> rows = [];
        AtRandomRows(column.Values, cells, Level, random, rows.Add);
        int[] order = [.. rows];
        random.Shuffle<int>(order);
        for (int i = 0; i < order.Length; i++)
        {
            cells[rows[i]] = column.Values[order[i]];
        }
    }
}
