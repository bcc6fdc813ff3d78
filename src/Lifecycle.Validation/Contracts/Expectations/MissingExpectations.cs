using System.Text.Json;

namespace Lifecycle.Validation;

internal sealed class RequiredExpectation(string column) : Expectation(column)
{
    public const string KindName = "required";

    public override string Kind => KindName;

    public override string Text => $"{Subject} required";

    internal override CellScope Scope => CellScope.All;

    internal override Check Begin(CheckStart start) => new MarkCheck((chunk, judged, broken) =>
    {
        Cells cells = chunk[start.Column];
        if (!cells.AllPresent)
        {
            judged.CopyTo(broken);
            RowBits.AndNot(broken, cells.Present);
        }
    });
}

internal sealed class AllMissingExpectation(string column) : Expectation(column)
{
    public const string KindName = "allMissing";

    public override string Kind => KindName;

    public override string Text => $"{Subject} always missing";

    internal override CellScope Scope => CellScope.All;

    internal override Check Begin(CheckStart start) => new MarkCheck((chunk, judged, broken) => chunk[start.Column].Present.CopyTo(broken));
}

internal sealed class NoNaNExpectation(string column) : Expectation(column)
{
    public const string KindName = "noNaN";

    public override string Kind => KindName;

    public override string Text => $"{Subject} never NaN";

    internal override CellScope Scope => CellScope.Valid;

    internal override Check Begin(CheckStart start) => new MarkCheck((chunk, judged, broken) =>
    {
        Cells cells = chunk[start.Column];
        cells.Valid.CopyTo(broken);
        RowBits.AndNot(broken, cells.Present);
    });
}

internal sealed class FiniteExpectation(string column) : Expectation(column)
{
    public const string KindName = "finite";

    public override string Kind => KindName;

    public override string Text => $"{Subject} finite";

    internal override string? Unfit(IReadOnlyList<TableColumn> columns) => UnfitForNumbers(columns);

    internal override Check Begin(CheckStart start) => new MarkCheck((chunk, judged, broken) =>
    {
        Cells cells = chunk[start.Column];
        if (cells.Type is ColumnType.Double or ColumnType.Single)
        {
            RangeKernel.Outside(cells.Numbers(), double.MinValue, double.MaxValue, broken);
        }
        else if (cells.Type == ColumnType.String)
        {
            ReadOnlySpan<double> numbers = cells.Numbers();
            for (int row = 0; row < numbers.Length; row++)
            {
                if (!double.IsFinite(numbers[row]))
                {
                    RowBits.Set(broken, row);
                }
            }
        }
    });
}

/// <summary>The column has a type, or one whose every value that type can hold.</summary>
internal sealed class OfTypeExpectation(string column, ColumnType type) : Expectation(column)
{
    public const string KindName = "ofType";

    public override string Kind => KindName;

    public override string Text => $"{Subject} is {type}";

    internal override IEnumerable<string> Problems()
    {
        if (!Enum.IsDefined(type))
        {
            yield return $"{Subject}: {(int)type} is no column type.";
        }

        foreach (string problem in base.Problems())
        {
            yield return problem;
        }
    }

    internal override Check Begin(CheckStart start)
    {
        bool fits = Holds(type, start.Schema[start.Column].Type);
        return new MarkCheck((chunk, judged, broken) =>
        {
            if (!fits)
            {
                judged.CopyTo(broken);
            }
        });
    }

    internal override void WriteArguments(Utf8JsonWriter writer) => writer.WriteString("type", GateJson.Camel(type.ToString()));

    private static bool Holds(ColumnType wide, ColumnType narrow) => wide == narrow || (wide, narrow) is
        (ColumnType.Int64, ColumnType.Int32) or (ColumnType.Double, ColumnType.Int32 or ColumnType.Int64 or ColumnType.Single)
        or (ColumnType.DateTime, ColumnType.Date);
}
