using System.Text.Json;
using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Cells that are not there, or what a pipeline puts in their place.</summary>
internal sealed class MissingPerturbation(double share, MissingFill fill, double sentinel) : Perturbation(PerturbationFamily.Missing, share)
{
    internal override string Words => FormattableString.Invariant($"{100 * Level:0.###} % of the cells of each feature missing{Filled}");

    internal override string? Problem => ShareProblem()
        ?? (fill != MissingFill.Sentinel || double.IsFinite(sentinel) ? null
            : FormattableString.Invariant($"The sentinel of {Kind} is {sentinel}; it must be finite."));

    internal override string NothingToChange => "no feature may change";

    private string Filled => fill switch
    {
        MissingFill.Mean => " and filled with the mean",
        MissingFill.Sentinel => FormattableString.Invariant($" and filled with {sentinel}"),
        _ => "",
    };

    public override string ToString() => base.ToString() + Filled;

    internal override bool CanChange(CodedColumn column) => column.Figures.Count > 0;

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        double value = fill switch
        {
            MissingFill.Mean => column.Kind is CellKind.Text or CellKind.Flag ? column.Figures.MostFrequent(1)[0] : column.Figures.Mean,
            MissingFill.Sentinel when column.Kind == CellKind.Number => sentinel,
            _ => double.NaN,
        };
        AtRandomRows(column.Values, cells, Level, random, i => cells[i] = value);
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        if (fill != MissingFill.Empty)
        {
            writer.WriteString("fill", GateJson.Camel(fill.ToString()));
        }

        if (fill == MissingFill.Sentinel)
        {
            writer.WriteNumber("sentinel", sentinel);
        }
    }
}
