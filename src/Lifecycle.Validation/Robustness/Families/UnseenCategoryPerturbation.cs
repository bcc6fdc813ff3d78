using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>A text that the column never held.</summary>
internal sealed class UnseenCategoryPerturbation(double share) : Perturbation(PerturbationFamily.UnseenCategory, share)
{
    internal override string Words =>
        FormattableString.Invariant($"A category never seen in {100 * Level:0.###} % of the cells of each text");

    internal override string? Problem => ShareProblem();

    internal override string NothingToChange => "no feature is a text that may change";

    internal override bool CanChange(CodedColumn column) => column.Kind == CellKind.Text;

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        string word = "unseen";
        for (int i = 2; words.IsKnown(word); i++)
        {
            word = FormattableString.Invariant($"unseen {i}");
        }

        int code = words.Add(word);
        AtRandomRows(column.Values, cells, Level, random, i => cells[i] = code);
    }
}
