using System.Text.Json;

namespace Lifecycle.Validation;

internal sealed class RowCountExpectation(long? atLeast, long? atMost) : Expectation
{
    public const string KindName = "rowCount";

    public override string Kind => KindName;

    public override string Text => $"number of rows {Wording.Limit(atLeast, atMost, Wording.Number)}";

    internal override CellScope Scope => CellScope.All;

    internal override bool IsAboutTable => true;

    internal override bool IsAboutRows => false;

    internal override IEnumerable<string> Problems() => FigureLimits.Problems(Text, atLeast, atMost, 0);

    internal override Check Begin(CheckStart start) => new Counting(atLeast, atMost);

    internal override void WriteArguments(Utf8JsonWriter writer) => FigureLimits.Write(writer, atLeast, atMost);

    private sealed class Counting(long? atLeast, long? atMost) : FigureCheck
    {
        private long _rows;

        public override void Add(Chunk chunk, ReadOnlySpan<ulong> judged, int count) => _rows += count;

        public override ContractFigure Result() => ContractFigure.Exact(MetricValue.Of(_rows), atLeast, atMost);
    }
}

/// <summary>An expectation about the names of columns: judged once, when the source shows its columns.</summary>
internal abstract class SchemaExpectation : Expectation
{
    internal override bool IsAboutTable => true;

    internal override bool IsAboutRows => false;

    internal sealed override Check Begin(CheckStart start) => new SchemaCheck([.. Differences(start.Schema, start.Declared)]);

    /// <summary>What is wrong with the columns, a name each or a sentence.</summary>
    private protected abstract IEnumerable<string> Differences(TableSchema schema, IReadOnlyList<string> declared);
}

/// <summary>The outcome of an expectation about names of columns.</summary>
internal sealed class SchemaCheck(IReadOnlyList<string> differences) : Check
{
    public IReadOnlyList<string> Differences { get; } = differences;
}

internal sealed class ColumnsExistExpectation : SchemaExpectation
{
    public const string KindName = "columnsExist";

    public override string Kind => KindName;

    public override string Text => "all declared columns are there";

    private protected override IEnumerable<string> Differences(TableSchema schema, IReadOnlyList<string> declared) =>
        declared.Where(d => schema.IndexOf(d) < 0).Select(d => $"'{Wording.Show(d)}' is not there");
}

internal sealed class NoUnknownColumnsExpectation : SchemaExpectation
{
    public const string KindName = "noUnknownColumns";

    public override string Kind => KindName;

    public override string Text => "no column but the declared ones";

    private protected override IEnumerable<string> Differences(TableSchema schema, IReadOnlyList<string> declared) =>
        schema.Where(c => !declared.Contains(c.Name, StringComparer.Ordinal)).Select(c => $"'{Wording.Show(c.Name)}' is not declared");
}

internal sealed class ColumnsExactlyExpectation(bool ordered) : SchemaExpectation
{
    public const string KindName = "columnsExactly";

    public override string Kind => KindName;

    public override string Text => ordered ? "exactly the declared columns, in their order" : "exactly the declared columns";

    internal override void WriteArguments(Utf8JsonWriter writer) => writer.WriteBoolean("ordered", ordered);

    private protected override IEnumerable<string> Differences(TableSchema schema, IReadOnlyList<string> declared)
    {
        string[] there = [.. schema.Select(c => c.Name)];
        string[] different =
        [
            .. declared.Except(there, StringComparer.Ordinal).Select(d => $"'{Wording.Show(d)}' is not there"),
            .. there.Except(declared, StringComparer.Ordinal).Select(t => $"'{Wording.Show(t)}' is not declared"),
        ];
        int odd = Enumerable.Range(0, Math.Min(there.Length, declared.Count)).FirstOrDefault(i => there[i] != declared[i], -1);
        return different.Length == 0 && ordered && odd >= 0
            ? [$"column {odd + 1} is '{Wording.Show(there[odd])}', not '{Wording.Show(declared[odd])}'"]
            : different;
    }
}
