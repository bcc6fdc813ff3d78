using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Another value of the same column, drawn as often as it stands there.</summary>
internal sealed class CategorySwapPerturbation(double share) : Perturbation(PerturbationFamily.CategorySwap, share)
{
    internal override string Words =>
        FormattableString.Invariant($"Another category in {100 * Level:0.###} % of the cells of each text and flag");

    internal override string? Problem => ShareProblem();

    internal override string NothingToChange => "no feature is a text or flag with two values that may change";

    internal override bool CanChange(CodedColumn column) => column.Kind is CellKind.Text or CellKind.Flag && column.Figures.Varies;

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        long[] counts = new long[column.Kind == CellKind.Flag ? 2 : column.Words.Length];
        foreach (double value in column.Values)
        {
            if (!double.IsNaN(value))
            {
                counts[(int)value]++;
            }
        }

        long[] ends = new long[counts.Length];
        long total = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            ends[i] = total += counts[i];
        }

        AtRandomRows(column.Values, cells, Level, random, i =>
        {
            if (!double.IsNaN(cells[i]))
            {
                cells[i] = Other((int)cells[i], counts, ends, random);
            }
        });
    }

    /// <summary>Draws among the cells that hold another value: those before it, then those behind it.</summary>
    private static int Other(int code, long[] counts, long[] ends, RandomStream random)
    {
        long drawn = (long)random.NextBelow((ulong)(ends[^1] - counts[code]));
        drawn += drawn >= ends[code] - counts[code] ? counts[code] : 0;
        int at = Array.BinarySearch(ends, drawn + 1);
        at = at < 0 ? ~at : at;
        while (at > 0 && ends[at - 1] == ends[at])
        {
            at--;
        }

        return at;
    }
}
