using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>Writes the JSON of the Model Card Toolkit, schema 0.0.2.</summary>
internal static class ModelCardJson
{
    public static byte[] Write(ModelCard card)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("schema_version", "0.0.2");
            WriteDetails(writer, card);
            WriteParameters(writer, card);
            WriteAnalysis(writer, card);
            WriteConsiderations(writer, card);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteDetails(Utf8JsonWriter writer, ModelCard card)
    {
        writer.WriteStartObject("model_details");
        writer.WriteString("name", card.Name);
        writer.WriteString("overview", card.Overview ?? ModelCard.NotStated);
        writer.WriteString("documentation", card.Report is { } report
            ? $"Judged by gate {report.GateName} ({report.GateDigest}): {report.Verdict}. Model {report.Model?.ToString() ?? ModelCard.NotStated}."
            : ModelCard.NotStated);
        WriteObjects(writer, "owners", card.Owners.Count > 0 ? card.Owners : [new ModelOwner(ModelCard.NotStated)], o =>
        {
            writer.WriteString("name", o.Name);
            writer.WriteString("contact", o.Contact ?? ModelCard.NotStated);
        });
        writer.WriteStartObject("version");
        writer.WriteString("name", card.Version ?? ModelCard.NotStated);
        if (card.Date is { } day)
        {
            writer.WriteString("date", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }

        writer.WriteEndObject();
        WriteObjects(writer, "licenses", [card.License], l => writer.WriteString(l is null ? "custom_text" : "identifier", l ?? ModelCard.NotStated));
        writer.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter writer, ModelCard card)
    {
        writer.WriteStartObject("model_parameters");
        writer.WriteString("model_architecture", card.Architecture ?? ModelCard.NotStated);
        WriteObjects(writer, "data", card.Data.Count > 0 ? card.Data : [new ModelDataset(ModelCard.NotStated)], d =>
        {
            writer.WriteString("name", d.Name);
            writer.WriteString("description", d.Description ?? ModelCard.NotStated);
            if (d.Sensitive is { Count: > 0 } sensitive)
            {
                writer.WriteStartObject("sensitive");
                writer.WriteStartArray("sensitive_data");
                foreach (string column in sensitive)
                {
                    writer.WriteStringValue(column);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }
        });
        writer.WriteString("input_format", card.InputFormat ?? ModelCard.NotStated);
        writer.WriteString("output_format", card.OutputFormat ?? ModelCard.NotStated);
        writer.WriteEndObject();
    }

    private static void WriteAnalysis(Utf8JsonWriter writer, ModelCard card)
    {
        writer.WriteStartObject("quantitative_analysis");
        WriteObjects(writer, "performance_metrics", card.Figures(), f =>
        {
            writer.WriteString("type", f.Metric);
            writer.WriteString("value", Text(f.Value));
            if (f.Lower is { } lower && f.Upper is { } upper && double.IsFinite(lower) && double.IsFinite(upper))
            {
                writer.WriteStartObject("confidence_interval");
                writer.WriteString("lower_bound", Text(lower));
                writer.WriteString("upper_bound", Text(upper));
                writer.WriteEndObject();
            }

            if (f.Slice is { } slice)
            {
                writer.WriteString("slice", slice);
            }
        });
        writer.WriteEndObject();
    }

    private static void WriteConsiderations(Utf8JsonWriter writer, ModelCard card)
    {
        writer.WriteStartObject("considerations");
        foreach ((string name, IReadOnlyList<string> texts) in new[]
        {
            ("users", card.Users), ("use_cases", card.UseCases), ("limitations", card.Limitations), ("tradeoffs", card.Tradeoffs),
        })
        {
            WriteObjects(writer, name, texts.Count > 0 ? texts : [ModelCard.NotStated], t => writer.WriteString("description", t));
        }

        WriteObjects(writer, "ethical_considerations", card.Risks.Count > 0 ? card.Risks : [new ModelRisk(ModelCard.NotStated)], r =>
        {
            writer.WriteString("name", r.Name);
            writer.WriteString("mitigation_strategy", r.Mitigation ?? ModelCard.NotStated);
        });
        writer.WriteEndObject();
    }

    private static void WriteObjects<T>(Utf8JsonWriter writer, string name, IEnumerable<T> items, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (T item in items)
        {
            writer.WriteStartObject();
            write(item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
