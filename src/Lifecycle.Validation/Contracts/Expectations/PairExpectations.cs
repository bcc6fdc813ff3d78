using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>One column is at most another in the same row.</summary>
internal sealed class LessOrEqualExpectation(string smaller, string greater) : Expectation(smaller, greater)
{
    public const string KindName = "lessOrEqual";

    public override string Kind => KindName;

    public override string Text => $"{Wording.Show(Columns[0])} at most {Wording.Show(Columns[1])}";

    internal override string? Unfit(IReadOnlyList<TableColumn> columns) => PairCheck.Unfit(columns);

    internal override Check Begin(CheckStart start) => new PairCheck(start.Columns[0], start.Columns[1], null);

    internal override void WriteArguments(Utf8JsonWriter writer)
    {
        writer.WriteString("smaller", Columns[0]);
        writer.WriteString("greater", Columns[1]);
    }
}

/// <summary>Two columns are equal in the same row, numbers within a tolerance.</summary>
internal sealed class EqualToExpectation(string first, string second, double tolerance) : Expectation(first, second)
{
    public const string KindName = "equalTo";

    public override string Kind => KindName;

    public override string Text =>
        $"{Wording.Show(Columns[0])} equal to {Wording.Show(Columns[1])}{(tolerance > 0 ? $" within {Wording.Number(tolerance)}" : "")}";

    internal override string? Unfit(IReadOnlyList<TableColumn> columns) => PairCheck.Unfit(columns);

    internal override IEnumerable<string> Problems()
    {
        if (!(tolerance >= 0))
        {
            yield return $"{Text}: the tolerance {Wording.Number(tolerance)} must be at least 0.";
        }

        foreach (string problem in base.Problems())
        {
            yield return problem;
        }
    }

    internal override Check Begin(CheckStart start) => new PairCheck(start.Columns[0], start.Columns[1], tolerance);

    internal override void WriteArguments(Utf8JsonWriter writer)
    {
        writer.WriteString("first", Columns[0]);
        writer.WriteString("second", Columns[1]);
        if (tolerance > 0)
        {
            writer.WriteNumber("tolerance", tolerance);
        }
    }
}

/// <summary>Compares two columns: exactly where both are whole numbers or times or texts, else as doubles.</summary>
internal sealed class PairCheck(int first, int second, double? tolerance) : RowCheck
{
    public static string? Unfit(IReadOnlyList<TableColumn> columns) => Family(columns[0].Type) == Family(columns[1].Type)
        ? null
        : $"{Wording.Show(columns[0].Name)} is {columns[0].Type} and {Wording.Show(columns[1].Name)} is {columns[1].Type}; they cannot be compared";

    public override void Mark(Chunk chunk, ReadOnlySpan<ulong> judged, Span<ulong> broken, CheckFaults faults)
    {
        (Cells left, Cells right) = (chunk[first], chunk[second]);
        if (left.IsOrdinal && right.IsOrdinal && !(tolerance > 0))
        {
            MarkOrdinals(left.Ordinals(), right.Ordinals(), broken);
        }
        else if (left.Type == ColumnType.String)
        {
            MarkTexts(left.Texts(), right.Texts(), judged, broken);
        }
        else
        {
            MarkNumbers(left.Numbers(), right.Numbers(), broken);
        }
    }

    private static int Family(ColumnType type) => type switch
    {
        ColumnType.Date or ColumnType.DateTime => 1,
        ColumnType.String => 2,
        _ => 0,
    };

    private void MarkOrdinals(ReadOnlySpan<long> left, ReadOnlySpan<long> right, Span<ulong> broken)
    {
        for (int row = 0; row < left.Length; row++)
        {
            if (tolerance is null ? left[row] > right[row] : left[row] != right[row])
            {
                RowBits.Set(broken, row);
            }
        }
    }

    private void MarkNumbers(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<ulong> broken)
    {
        for (int row = 0; row < left.Length; row++)
        {
            bool holds = tolerance is { } allowed
                ? left[row] == right[row] || Math.Abs(left[row] - right[row]) <= allowed
                : left[row] <= right[row];
            if (!holds)
            {
                RowBits.Set(broken, row);
            }
        }
    }

    private void MarkTexts(ReadOnlySpan<string?> left, ReadOnlySpan<string?> right, ReadOnlySpan<ulong> judged, Span<ulong> broken)
    {
        for (int row = 0; row < left.Length; row++)
        {
            int order = RowBits.Has(judged, row) ? string.CompareOrdinal(left[row], right[row]) : 0;
            if (tolerance is null ? order > 0 : order != 0)
            {
                RowBits.Set(broken, row);
            }
        }
    }
}
