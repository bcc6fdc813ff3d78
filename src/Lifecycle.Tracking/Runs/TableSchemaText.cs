using System.Text.Json;

namespace Lifecycle.Tracking;

/// <summary>The columns of a dataset as JSON, in tables and journals.</summary>
internal static class TableSchemaText
{
    public static string Write(TableSchema schema) => JsonText.Text(json =>
    {
        json.WriteStartArray("columns");
        foreach (TableColumn column in schema)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteString("type", column.Type.ToString());
            json.WriteBoolean("nullable", column.Nullable);
            json.WriteString("classification", column.Classification.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    public static TableSchema Read(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return new TableSchema(document.RootElement.GetProperty("columns").EnumerateArray().Select(c => new TableColumn(
            c.GetProperty("name").GetString()!,
            Enum.Parse<ColumnType>(c.GetProperty("type").GetString()!),
            c.GetProperty("nullable").GetBoolean(),
            Enum.Parse<DataClassification>(c.GetProperty("classification").GetString()!))).ToArray());
    }
}
