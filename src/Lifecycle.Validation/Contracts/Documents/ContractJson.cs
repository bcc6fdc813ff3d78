using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>The JSON form of a contract, <c>lifecycle.contract/1</c>.</summary>
internal static class ContractJson
{
    public const string Schema = "lifecycle.contract/1";

    private const int MostBytes = 16 << 20;
    private const int Depth = 32;

    public static byte[] Write(ContractDefinition contract, bool isIndented = false)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = isIndented, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", Schema);
            writer.WriteString("name", contract.Name);
            if (contract.AllowEmpty)
            {
                writer.WriteBoolean("allowEmpty", true);
            }

            writer.WriteStartArray("columns");
            foreach (string column in contract.Columns)
            {
                writer.WriteStartObject();
                writer.WriteString("name", column);
                WriteList(writer, "expectations", contract.Expectations.Where(e => !ExpectationKinds.IsOfRows(e) && e.Columns[0] == column));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            WriteList(writer, "rows", contract.Expectations.Where(ExpectationKinds.IsOfRows));
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    public static void WriteNames(Utf8JsonWriter writer, string property, IReadOnlyList<string?> names)
    {
        writer.WriteStartArray(property);
        foreach (string? name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    public static ContractDefinition Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MostBytes)
        {
            throw new FormatException($"The contract has {json.Length:N0} bytes; at most {MostBytes:N0} are read.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Depth });
            return Read(document.RootElement, "$");
        }
        catch (JsonException error)
        {
            throw new FormatException($"This is not the JSON of a contract: {error.Message}", error);
        }
    }

    public static ContractDefinition Read(JsonElement root, string path)
    {
        GateJsonObject contract = new(root, path);
        if (contract.Text("schema") != Schema)
        {
            throw new FormatException($"{path}.schema is not '{Schema}'.");
        }

        ContractDefinition definition = ContractDefinition.Of(contract.Text("name")) with { AllowEmpty = contract.Flag("allowEmpty") };
        int position = 0;
        foreach (JsonElement element in contract.Items("columns"))
        {
            GateJsonObject column = new(element, $"{path}.columns[{position++}]");
            TableColumnRules rules = new(column.Text("name"));
            ReadList(column, "expectations", rules, rules.Column);
            column.Done();
            definition = definition.With(rules.Column, rules);
        }

        TableRowRules rows = new();
        ReadList(contract, "rows", rows, null);
        contract.Done();
        return definition.With(null, rows);
    }

    private static void WriteList(Utf8JsonWriter writer, string property, IEnumerable<Expectation> expectations)
    {
        writer.WriteStartArray(property);
        foreach (Expectation expectation in expectations)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", expectation.Kind);
            expectation.WriteArguments(writer);
            if (expectation.Mostly != 1)
            {
                writer.WriteNumber("mostly", expectation.Mostly);
            }

            if (expectation.Severity != Severity.Error)
            {
                writer.WriteString("severity", GateJson.Camel(expectation.Severity.ToString()));
            }

            if (expectation.Stage is { } stage)
            {
                writer.WriteString("stage", GateJson.Camel(stage.ToString()));
            }

            if (expectation.HasCondition)
            {
                writer.WriteString("where", "custom");
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void ReadList(GateJsonObject holder, string property, RuleList rules, string? column)
    {
        int position = 0;
        foreach (JsonElement element in holder.Items(property))
        {
            GateJsonObject item = new(element, $"{holder.Path}.{property}[{position++}]");
            Expectation expectation = ExpectationKinds.Read(item, column);
            expectation.Severity = item.Choice("severity", Severity.Error);
            expectation.Stage = item.TextOrNull("stage") is null ? null : item.Choice("stage", Stage.Training);
            if (item.TextOrNull("where") is not null)
            {
                throw new FormatException($"{item.Path}.where is a condition in code; add this rule in code.");
            }

            rules.Add(expectation, item.Number("mostly"));
            item.Done();
        }
    }
}
