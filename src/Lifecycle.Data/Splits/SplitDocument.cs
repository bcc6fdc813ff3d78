using System.Text.Json.Serialization;

namespace Lifecycle.Data;

/// <summary>A split as a blob: <c>lifecycle.split/1</c>. Says everything that is needed to make the same parts again, anywhere.</summary>
internal sealed record SplitDocument(
    [property: JsonPropertyOrder(1)] string Dataset,
    [property: JsonPropertyOrder(2)] string Tree,
    [property: JsonPropertyOrder(3)] string File,
    [property: JsonPropertyOrder(4)] IReadOnlyList<string> Key,
    [property: JsonPropertyOrder(5)] string Salt,
    [property: JsonPropertyOrder(6)] string? Stratify,
    [property: JsonPropertyOrder(7)] SplitTimeEntry? Time,
    [property: JsonPropertyOrder(8)] IReadOnlyList<SplitPartEntry> Parts,
    [property: JsonPropertyOrder(9)] IReadOnlyList<SplitTypeEntry>? Types = null)
{
    public const string FormatPrefix = "lifecycle.split/";
    public const string FormatName = FormatPrefix + "1";

    [JsonPropertyOrder(0)]
    public string Format { get; init; } = FormatName;
}

internal sealed record SplitPartEntry([property: JsonPropertyOrder(0)] string Name, [property: JsonPropertyOrder(1)] double? Fraction);

/// <summary>What a column that decides was taken for when the split was first made.</summary>
internal sealed record SplitTypeEntry([property: JsonPropertyOrder(0)] string Column, [property: JsonPropertyOrder(1)] ColumnType Type);

/// <summary>A split by time: rows before the first cut are in the first part, and so on.</summary>
internal sealed record SplitTimeEntry([property: JsonPropertyOrder(0)] string Column, [property: JsonPropertyOrder(1)] IReadOnlyList<string> Cuts);

/// <summary>What the audit log says of a split.</summary>
internal sealed record SplitState(
    [property: JsonPropertyOrder(0)] string Definition, [property: JsonPropertyOrder(1)] IReadOnlyDictionary<string, long> Rows);
