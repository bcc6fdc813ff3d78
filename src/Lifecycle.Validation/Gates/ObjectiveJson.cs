using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>The JSON form of a business objective inside a gate.</summary>
internal static class ObjectiveJson
{
    public static void Write(Utf8JsonWriter writer, BusinessObjective objective)
    {
        ObjectiveStatement stated = objective.Stated;
        writer.WriteStartObject();
        writer.WriteString("id", stated.Id);
        writer.WriteString("statement", stated.Statement);
        WriteText(writer, "owner", stated.Owner);
        WriteText(writer, "decision", stated.DecisionSupported);
        WriteText(writer, "unit", stated.Unit);
        WriteText(writer, "riskTier", stated.RiskTier);
        WriteText(writer, "approvedBy", stated.ApprovedBy);
        WriteText(writer, "approvedAt", stated.ApprovedAt?.ToString("O", CultureInfo.InvariantCulture));
        writer.WriteString("recordedAt", stated.RecordedAt.ToString("O", CultureInfo.InvariantCulture));
        if (stated.MinimumUplift is { } least)
        {
            writer.WriteNumber("minimumUplift", least);
        }

        if (stated.Kpi is { } figure)
        {
            WriteFigure(writer, figure);
        }

        WriteCode(writer, "baseline", stated.Baseline.IsRule, stated.Baseline.Name);
        if (objective.Values is not { IsPerRow: false } values)
        {
            WriteCode(writer, "values", true, "perRow");
        }
        else
        {
            writer.WriteStartArray("values");
            foreach (decimal value in new[] { values.TrueNegative, values.FalsePositive, values.FalseNegative, values.TruePositive })
            {
                writer.WriteNumberValue(value);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    public static BusinessObjective Read(GateJsonObject item)
    {
        BusinessObjective objective = BusinessObjective.Named(item.Text("statement")).Id(item.Text("id")).RecordedAt(Time(item, "recordedAt", item.Text("recordedAt")));
        objective = item.TextOrNull("owner") is { } owner ? objective.Owner(owner) : objective;
        objective = item.TextOrNull("decision") is { } decision ? objective.Decision(decision) : objective;
        objective = item.TextOrNull("unit") is { } unit ? objective.In(unit) : objective;
        objective = item.TextOrNull("riskTier") is { } tier ? objective.RiskTier(tier) : objective;
        string? approvedAt = item.TextOrNull("approvedAt");
        if (item.TextOrNull("approvedBy") is { } approver)
        {
            objective = objective.ApprovedBy(approver, Time(item, "approvedAt", approvedAt ?? throw new FormatException($"{item.Path}.approvedAt is missing; a time is expected.")));
        }

        objective = item.Money("minimumUplift") is { } least ? objective.MinimumUplift(least) : objective;
        if (item.Object("kpi") is { } kpi)
        {
            objective = objective.Kpi(new KeyFigure(kpi.Text("name"), kpi.Text("unit"), kpi.Choice("direction", Direction.HigherIsBetter), kpi.Money("target"), Day(kpi, kpi.TextOrNull("deadline"))));
            kpi.Done();
        }

        string policy = item.TextOrCode("baseline");
        decimal[] values = item.Amounts("values");
        objective = objective.Against(BaselinePolicy.Named(policy) ?? throw new FormatException($"{item.Path}.baseline '{Wording.Show(policy)}' is not one of DoNothing, ActOnAll, Champion."));
        item.Done();
        return values.Length == 4
            ? objective.Value(CostMatrix.Of(values[0], values[1], values[2], values[3]))
            : throw new FormatException($"{item.Path}.values has {values.Length} numbers; four are expected: TN, FP, FN, TP.");
    }

    private static DateTimeOffset Time(GateJsonObject item, string name, string text) =>
        DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTimeOffset at)
            ? at
            : throw new FormatException($"{item.Path}.{name} '{Wording.Show(text)}' is no time such as 2026-03-01T12:00:00.0000000+00:00.");

    private static DateOnly? Day(GateJsonObject item, string? text) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? day
            : throw new FormatException($"{item.Path}.deadline '{Wording.Show(text)}' is no day such as 2026-12-31.");

    private static void WriteFigure(Utf8JsonWriter writer, KeyFigure figure)
    {
        writer.WriteStartObject("kpi");
        writer.WriteString("name", figure.Name);
        writer.WriteString("unit", figure.Unit);
        writer.WriteString("direction", GateJson.Camel(figure.Direction.ToString()));
        if (figure.Target is { } target)
        {
            writer.WriteNumber("target", target);
        }

        WriteText(writer, "deadline", figure.Deadline?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    private static void WriteCode(Utf8JsonWriter writer, string name, bool isCode, string value)
    {
        if (!isCode)
        {
            writer.WriteString(name, value);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteString("custom", value);
        writer.WriteEndObject();
    }
}
