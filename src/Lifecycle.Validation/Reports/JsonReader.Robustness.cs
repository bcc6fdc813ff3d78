using System.Text.Json;

namespace Lifecycle.Validation;

internal static partial class JsonReader
{
    private static RobustnessReport? ReadRobustness(JsonElement finding) =>
        !finding.TryGetProperty("robustness", out JsonElement report) ? null : new RobustnessReport
    {
        Metric = Text(report, "metric"),
        Unchanged = ReadFigure(report, "unchanged") ?? throw new FormatException("A robustness report has no unchanged figure."),
        Rows = report.GetProperty("rows").GetInt32(),
        LeftOut = report.GetProperty("leftOut").GetInt32(),
        Problems = Texts(report, "problems"),
        Confidence = report.GetProperty("confidence").GetDouble(),
        ModelCalls = report.GetProperty("modelCalls").GetInt64(),
        ModelRows = report.GetProperty("modelRows").GetInt64(),
        IsRepeatable = report.GetProperty("repeatable").GetBoolean(),
        NotTried = Texts(report, "notTried"),
        Levels = Items(report, "levels", ReadLevel),
    };

    private static RobustnessLevel ReadLevel(JsonElement level) => new()
    {
        Perturbation = Text(level, "perturbation"),
        Kind = Text(level, "kind"),
        Level = level.GetProperty("level").GetDouble(),
        Severity = level.GetProperty("severity").GetInt32(),
        Value = ReadFigure(level, "metric") ?? throw new FormatException("A level of a robustness report has no figure."),
        Drop = ReadFigure(level, "drop") ?? throw new FormatException("A level of a robustness report has no drop."),
        Lower = Number(level, "lower"),
        Upper = Number(level, "upper"),
        Method = OptionalText(level, "method"),
        RelativeDrop = ReadFigure(level, "relativeDrop"),
        MeanDrop = Number(level, "meanDrop"),
        FlipRate = ReadFigure(level, "flipRate"),
        FlipLower = Number(level, "flipLower"),
        FlipUpper = Number(level, "flipUpper"),
        InfeasibleShare = Number(level, "infeasibleShare") ?? 0,
        WorstSlice = level.TryGetProperty("worstSlice", out JsonElement slice)
            ? new SliceDrop(Text(slice, "slice"), slice.GetProperty("rows").GetInt32(), Number(slice, "drop") ?? double.NaN)
            : null,
        SmallestFlip = level.TryGetProperty("smallestFlip", out JsonElement flip)
            ? new SmallestFlip(flip.GetProperty("row").GetInt32(), Number(flip, "cost") ?? double.NaN)
            : null,
        ModelCalls = level.GetProperty("modelCalls").GetInt64(),
        Note = OptionalText(level, "note"),
    };

    private static AttackResult? ReadAttack(JsonElement finding) =>
        !finding.TryGetProperty("attack", out JsonElement attack) ? null : new AttackResult
    {
        Attack = Text(attack, "attack"),
        Rows = attack.GetProperty("rows").GetInt32(),
        WrongRows = attack.GetProperty("wrongRows").GetInt32(),
        LeftOut = attack.GetProperty("leftOut").GetInt32(),
        Problems = Texts(attack, "problems"),
        Successes = attack.GetProperty("successes").GetInt32(),
        Unconfirmed = attack.GetProperty("unconfirmed").GetInt32(),
        Lower = Number(attack, "lower") ?? 0,
        Upper = Number(attack, "upper") ?? 1,
        Confidence = attack.GetProperty("confidence").GetDouble(),
        MedianQueries = attack.GetProperty("medianQueries").GetDouble(),
        MedianCost = Number(attack, "medianCost"),
        Queries = attack.GetProperty("queries").GetInt64(),
        ModelCalls = attack.GetProperty("modelCalls").GetInt64(),
        Examples = Items(attack,
            "examples", e => new AttackExample(e.GetProperty("row").GetInt32(), Number(e, "cost") ?? double.NaN, e.GetProperty("queries").GetInt32(), [])),
    };

    private static MetricValue? ReadFigure(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out JsonElement figure) ? ReadValue(figure) : null;

    private static string? OptionalText(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out JsonElement text) ? text.GetString() : null;
}
