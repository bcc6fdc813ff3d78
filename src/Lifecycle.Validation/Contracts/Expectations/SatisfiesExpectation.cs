namespace Lifecycle.Validation;

/// <summary>A rule in code.</summary>
internal sealed class SatisfiesExpectation(string? column, string name, RowPredicate holds) : Expectation(column is null ? [] : [column])
{
    public const string KindName = "satisfies";

    public override string Kind => KindName;

    public override string Text => column is null ? name : $"{Subject}: {name}";

    public string Name => name;

    internal override CellScope Scope => column is null ? CellScope.All : CellScope.Present;

    internal override bool CallsCode => true;

    internal override IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            yield return "A rule in code needs a name.";
        }

        foreach (string problem in base.Problems())
        {
            yield return problem;
        }
    }

    internal override Check Begin(CheckStart start) => new PredicateCheck(holds);

    internal override void WriteArguments(System.Text.Json.Utf8JsonWriter writer) => writer.WriteString("custom", name);
}

internal sealed class PredicateCheck(RowPredicate holds) : RowCheck
{
    public override void Mark(Chunk chunk, ReadOnlySpan<ulong> judged, Span<ulong> broken, CheckFaults faults)
    {
        Span<ulong> kept = stackalloc ulong[RowBits.Words];
        judged.CopyTo(kept);
        holds.Filter(chunk, kept, broken, faults);
        RowBits.Or(broken, judged);
        RowBits.AndNot(broken, kept);
    }
}
