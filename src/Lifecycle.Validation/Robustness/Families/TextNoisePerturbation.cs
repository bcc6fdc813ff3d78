using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Texts as people and systems write them.</summary>
internal sealed class TextNoisePerturbation(double share) : Perturbation(PerturbationFamily.TextNoise, share)
{
    internal override string Words => FormattableString.Invariant($"Another spelling in {100 * Level:0.###} % of the cells of each text");

    internal override string? Problem => ShareProblem();

    internal override string NothingToChange => "no feature is a text that may change";

    internal override bool CanChange(CodedColumn column) => column.Kind == CellKind.Text && Array.Exists(column.Words, w => w.Length > 0);

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        Dictionary<string, int> made = new(StringComparer.Ordinal);
        AtRandomRows(column.Values, cells, Level, random, i =>
        {
            if (double.IsNaN(cells[i]))
            {
                return;
            }

            string written = Spelling.Change(words[(int)cells[i]], random);
            if (!made.TryGetValue(written, out int code))
            {
                made.Add(written, code = words.Add(written));
            }

            cells[i] = code;
        });
    }
}
