using System.Text.Json;

namespace Lifecycle.Validation;

internal static partial class JsonWriter
{
    private const int MostExamples = 100;

    private static void WriteRobustness(Utf8JsonWriter writer, RobustnessReport report)
    {
        writer.WriteStartObject("robustness");
        writer.WriteString("metric", report.Metric);
        WriteFigure(writer, "unchanged", report.Unchanged);
        writer.WriteNumber("rows", report.Rows);
        writer.WriteNumber("leftOut", report.LeftOut);
        WriteTexts(writer, "problems", report.Problems);
        WriteNumber(writer, "confidence", report.Confidence);
        writer.WriteNumber("modelCalls", report.ModelCalls);
        writer.WriteNumber("modelRows", report.ModelRows);
        writer.WriteBoolean("repeatable", report.IsRepeatable);
        WriteTexts(writer, "notTried", report.NotTried);
        writer.WriteStartArray("levels");
        foreach (RobustnessLevel level in report.Levels)
        {
            WriteLevel(writer, level);
        }

        writer.WriteEndArray();
        writer.WriteStartObject("areas");
        foreach (PerturbationFamily family in Enum.GetValues<PerturbationFamily>())
        {
            WriteNumber(writer, GateJson.Camel(family.ToString()), report.Area(family));
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteLevel(Utf8JsonWriter writer, RobustnessLevel level)
    {
        writer.WriteStartObject();
        writer.WriteString("perturbation", level.Perturbation);
        writer.WriteString("kind", level.Kind);
        writer.WriteNumber("level", level.Level);
        writer.WriteNumber("severity", level.Severity);
        WriteFigure(writer, "metric", level.Value);
        WriteFigure(writer, "drop", level.Drop);
        WriteNumber(writer, "lower", level.Lower);
        WriteNumber(writer, "upper", level.Upper);
        WriteText(writer, "method", level.Method);
        WriteFigure(writer, "relativeDrop", level.RelativeDrop);
        WriteNumber(writer, "meanDrop", level.MeanDrop);
        WriteFigure(writer, "flipRate", level.FlipRate);
        WriteNumber(writer, "flipLower", level.FlipLower);
        WriteNumber(writer, "flipUpper", level.FlipUpper);
        WriteNumber(writer, "infeasibleShare", level.InfeasibleShare);
        if (level.WorstSlice is { } slice)
        {
            writer.WriteStartObject("worstSlice");
            writer.WriteString("slice", slice.Slice);
            writer.WriteNumber("rows", slice.Rows);
            WriteNumber(writer, "drop", slice.Drop);
            writer.WriteEndObject();
        }

        if (level.SmallestFlip is { } flip)
        {
            writer.WriteStartObject("smallestFlip");
            writer.WriteNumber("row", flip.Row);
            WriteNumber(writer, "cost", flip.Cost);
            writer.WriteEndObject();
        }

        writer.WriteNumber("modelCalls", level.ModelCalls);
        WriteText(writer, "note", level.Note);
        writer.WriteEndObject();
    }

    private static void WriteAttack(Utf8JsonWriter writer, AttackResult result)
    {
        writer.WriteStartObject("attack");
        writer.WriteString("attack", result.Attack);
        writer.WriteNumber("rows", result.Rows);
        writer.WriteNumber("wrongRows", result.WrongRows);
        writer.WriteNumber("leftOut", result.LeftOut);
        WriteTexts(writer, "problems", result.Problems);
        writer.WriteNumber("successes", result.Successes);
        writer.WriteNumber("unconfirmed", result.Unconfirmed);
        WriteNumber(writer, "lower", result.Lower);
        WriteNumber(writer, "upper", result.Upper);
        WriteNumber(writer, "confidence", result.Confidence);
        WriteNumber(writer, "medianQueries", result.MedianQueries);
        WriteNumber(writer, "medianCost", result.MedianCost);
        writer.WriteNumber("queries", result.Queries);
        writer.WriteNumber("modelCalls", result.ModelCalls);
        writer.WriteStartArray("examples");
        foreach (AttackExample example in result.Examples.OrderBy(e => e.Cost).ThenBy(e => e.Row).Take(MostExamples))
        {
            writer.WriteStartObject();
            writer.WriteNumber("row", example.Row);
            WriteNumber(writer, "cost", example.Cost);
            writer.WriteNumber("queries", example.Queries);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteFigure(Utf8JsonWriter writer, string name, MetricValue? figure)
    {
        if (figure is { } value)
        {
            writer.WriteStartObject(name);
            WriteValue(writer, value);
            writer.WriteEndObject();
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }
}
