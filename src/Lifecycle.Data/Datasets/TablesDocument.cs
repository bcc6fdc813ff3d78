using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Data;

/// <summary>The tables of a version as a blob: <c>lifecycle.schema/1</c>.</summary>
internal sealed record TablesDocument([property: JsonPropertyOrder(1)] IReadOnlyList<TableEntry> Tables)
{
    public const string CurrentFormat = "lifecycle.schema/1";

    [JsonPropertyOrder(0)]
    public string Format { get; init; } = CurrentFormat;

    /// <summary>The bytes for these tables, or null when there is none.</summary>
    public static byte[]? Write(IReadOnlyList<TableSummary> tables) => tables.Count == 0
        ? null
        : JsonSerializer.SerializeToUtf8Bytes(new TablesDocument([.. tables.Select(TableEntry.Of)]), DataJson.Default.TablesDocument);

    /// <exception cref="DatasetException">The text is not one that this build knows.</exception>
    public static IReadOnlyList<TableSummary> Parse(string? text)
    {
        if (text is null)
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize(text, DataJson.Default.TablesDocument) is { Format: CurrentFormat } document
                ? [.. document.Tables.Select(t => t.ToSummary())]
                : throw new DatasetException("The schema of the version was written by a newer version of the Lifecycle packages; update them.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new DatasetException("The schema of the version is damaged: " + e.Message, e);
        }
    }
}

internal sealed record TableEntry(
    [property: JsonPropertyOrder(0)] string Path,
    [property: JsonPropertyOrder(1)] string Format,
    [property: JsonPropertyOrder(2)] long Rows,
    [property: JsonPropertyOrder(3)] IReadOnlyList<TableColumn> Columns,
    [property: JsonPropertyOrder(4)] CsvOptions? Csv,
    [property: JsonPropertyOrder(5)] IReadOnlyList<TableProblem>? Problems)
{
    public static TableEntry Of(TableSummary table) =>
        new(table.Path, table.Format, table.Rows, [.. table.Schema], table.Csv, table.Problems.Count == 0 ? null : table.Problems);

    public TableSummary ToSummary() => new(Path, Format, Rows, new TableSchema(Columns), Csv, Problems ?? []);
}
