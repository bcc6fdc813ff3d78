using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>The expectations by kind.</summary>
internal static class ExpectationKinds
{
    public static readonly IReadOnlyList<string> OfColumns =
    [
        RequiredExpectation.KindName, AllMissingExpectation.KindName, OfTypeExpectation.KindName, NoNaNExpectation.KindName, FiniteExpectation.KindName,
        BetweenExpectation.KindName, InExpectation.KindName, NotInExpectation.KindName, MatchesExpectation.KindName, NotMatchesExpectation.KindName,
        LengthBetweenExpectation.KindName, ParsesAsExpectation.KindName, NoPaddingExpectation.KindName, ValidTextExpectation.KindName, SatisfiesExpectation.KindName,
        UniqueExpectation.KindName, IncreasingExpectation.KindName, DecreasingExpectation.KindName, ExistsInExpectation.KindName,
        MeanBetweenExpectation.KindName, StandardDeviationBetweenExpectation.KindName, SumBetweenExpectation.KindName, MinimumBetweenExpectation.KindName,
        MaximumBetweenExpectation.KindName, QuantileBetweenExpectation.KindName, DistinctCountBetweenExpectation.KindName, DomainMassExpectation.KindName,
    ];

    public static readonly IReadOnlyList<string> OfRows =
    [
        RowCountExpectation.KindName, ColumnsExistExpectation.KindName, ColumnsExactlyExpectation.KindName, NoUnknownColumnsExpectation.KindName,
        NoDuplicatesExpectation.KindName, NoConflictingLabelsExpectation.KindName, UniqueTogetherExpectation.KindName, LessOrEqualExpectation.KindName,
        EqualToExpectation.KindName,
    ];

    public static bool IsOfRows(Expectation expectation) =>
        expectation.Columns.Count == 0 || OfRows.Contains(expectation.Kind, StringComparer.Ordinal);

    public static Expectation Read(GateJsonObject item, string? column)
    {
        string kind = item.Text("kind");
        if (kind == SatisfiesExpectation.KindName)
        {
            throw new FormatException($"{item.Path}: '{Wording.Show(item.TextOrNull("custom") ?? "")}' is a rule in code; add it in code.");
        }

        return (column is null ? OfRow(kind, item) : OfColumn(kind, item, column))
            ?? throw new FormatException($"{item.Path}.kind '{Wording.Show(kind)}' is unknown here; this version knows {string.Join(", ", column is null ? OfRows : OfColumns)}.");
    }

    private static Expectation? OfRow(string kind, GateJsonObject item) => kind switch
    {
        RowCountExpectation.KindName => new RowCountExpectation(Whole(item, "atLeast"), Whole(item, "atMost")),
        ColumnsExistExpectation.KindName => new ColumnsExistExpectation(),
        ColumnsExactlyExpectation.KindName => new ColumnsExactlyExpectation(item.Flag("ordered")),
        NoUnknownColumnsExpectation.KindName => new NoUnknownColumnsExpectation(),
        NoDuplicatesExpectation.KindName => new NoDuplicatesExpectation(0),
        NoConflictingLabelsExpectation.KindName => new NoConflictingLabelsExpectation(item.Text("label"), 0),
        UniqueTogetherExpectation.KindName => new UniqueTogetherExpectation([.. item.Items("columns").Select((e, i) => Name(e, $"{item.Path}.columns[{i}]"))]),
        LessOrEqualExpectation.KindName => new LessOrEqualExpectation(item.Text("smaller"), item.Text("greater")),
        EqualToExpectation.KindName => new EqualToExpectation(item.Text("first"), item.Text("second"), item.Number("tolerance") ?? 0),
        _ => null,
    };

    private static Expectation? OfColumn(string kind, GateJsonObject item, string column) => kind switch
    {
        RequiredExpectation.KindName => new RequiredExpectation(column),
        AllMissingExpectation.KindName => new AllMissingExpectation(column),
        OfTypeExpectation.KindName => new OfTypeExpectation(column, item.TextOrNull("type") is null
            ? throw new FormatException($"{item.Path}.type is missing; a text is expected.") : item.Choice("type", ColumnType.String)),
        NoNaNExpectation.KindName => new NoNaNExpectation(column),
        FiniteExpectation.KindName => new FiniteExpectation(column),
        BetweenExpectation.KindName => new BetweenExpectation(column, Range(item)),
        InExpectation.KindName => new InExpectation(column, Values(item)),
        NotInExpectation.KindName => new NotInExpectation(column, Values(item)),
        ExistsInExpectation.KindName => new ExistsInExpectation(column, Values(item)),
        DomainMassExpectation.KindName => new DomainMassExpectation(column, Values(item), 1),
        MatchesExpectation.KindName => new MatchesExpectation(column, item.Text("pattern")),
        NotMatchesExpectation.KindName => new NotMatchesExpectation(column, item.Text("pattern")),
        LengthBetweenExpectation.KindName => new LengthBetweenExpectation(column, (int)(Whole(item, "min") ?? 0), (int)(Whole(item, "max") ?? int.MaxValue)),
        ParsesAsExpectation.KindName => new ParsesAsExpectation(column, CellFormat.Named(item)),
        NoPaddingExpectation.KindName => new NoPaddingExpectation(column),
        ValidTextExpectation.KindName => new ValidTextExpectation(column),
        UniqueExpectation.KindName => new UniqueExpectation(column),
        IncreasingExpectation.KindName => new IncreasingExpectation(column, item.Flag("strict")),
        DecreasingExpectation.KindName => new DecreasingExpectation(column, item.Flag("strict")),
        _ => OfFigure(kind, item, column),
    };

    private static Expectation? OfFigure(string kind, GateJsonObject item, string column)
    {
        (double? least, double? most) = (item.Number("atLeast"), item.Number("atMost"));
        return kind switch
        {
            MeanBetweenExpectation.KindName => new MeanBetweenExpectation(column, least, most),
            StandardDeviationBetweenExpectation.KindName => new StandardDeviationBetweenExpectation(column, least, most),
            SumBetweenExpectation.KindName => new SumBetweenExpectation(column, least, most),
            MinimumBetweenExpectation.KindName => new MinimumBetweenExpectation(column, least, most),
            MaximumBetweenExpectation.KindName => new MaximumBetweenExpectation(column, least, most),
            QuantileBetweenExpectation.KindName => new QuantileBetweenExpectation(column, item.Needed("quantile"), least, most),
            DistinctCountBetweenExpectation.KindName => new DistinctCountBetweenExpectation(column, least, most),
            _ => null,
        };
    }

    private static RangeLimits Range(GateJsonObject item)
    {
        bool exclusive = item.Flag("exclusive");
        return item.IsText("min") || item.IsText("max")
            ? new RangeLimits(Time(item, "min"), Time(item, "max"), exclusive)
            : new RangeLimits(item.Number("min") ?? double.NegativeInfinity, item.Number("max") ?? double.PositiveInfinity, exclusive);
    }

    private static DateTime Time(GateJsonObject item, string name) => CellText.TryTime(item.Text(name), out long ticks)
        ? new DateTime(ticks, DateTimeKind.Utc)
        : throw new FormatException($"{item.Path}.{name} '{Wording.Show(item.Text(name))}' is no date; write it like 2026-01-31.");

    private static ValueSet Values(GateJsonObject item)
    {
        JsonElement[] values = [.. item.Items("values")];
        return values.Length > 0 && Array.TrueForAll(values, v => v.ValueKind == JsonValueKind.Number)
            ? new ValueSet(values.Select(v => v.GetDouble()))
            : new ValueSet(values.Select((v, i) => v.ValueKind switch
            {
                JsonValueKind.String => GateJsonObject.Sound(v.GetString, $"{item.Path}.values[{i}]")!,
                JsonValueKind.Number => v.GetDouble().ToString(CultureInfo.InvariantCulture),
                _ => throw new FormatException($"{item.Path}.values[{i}] is {v.ValueKind}; a text or a number is expected."),
            }));
    }

    private static string Name(JsonElement element, string path) => element.ValueKind == JsonValueKind.String
        ? GateJsonObject.Sound(element.GetString, path)!
        : throw new FormatException($"{path} is {element.ValueKind}; a text is expected.");

    private static long? Whole(GateJsonObject item, string name) => item.Number(name) switch
    {
        null => null,
        { } number when number == Math.Floor(number) && Math.Abs(number) <= 1L << 53 => (long)number,
        { } number => throw new FormatException($"{item.Path}.{name} is {Wording.Number(number)}; a whole number is expected."),
    };
}
