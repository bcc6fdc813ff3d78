using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>Reads what <see cref="ProfileJson"/> wrote.</summary>
internal static class ProfileReading
{
    public static DatasetProfile Table(JsonElement table) => new(
        table.GetProperty("path").GetString() ?? "",
        table.GetProperty("rows").GetInt64(),
        table.GetProperty("full").GetBoolean(),
        [.. table.GetProperty("columns").EnumerateArray().Select(Column)],
        table.TryGetProperty("problems", out JsonElement problems) ? [.. problems.EnumerateArray().Select(p => p.GetString() ?? "")] : []);

    private static ColumnProfile Column(JsonElement column)
    {
        long? nulls = Number(column, "nulls");
        TableColumn described = new(column.GetProperty("name").GetString() ?? "", Enum.Parse<ColumnType>(column.GetProperty("type").GetString() ?? ""), nulls is not 0);
        return new ColumnProfile(described)
        {
            Count = column.GetProperty("count").GetInt64(),
            Nulls = nulls,
            SuspectedNulls = Number(column, "suspectedNulls") ?? 0,
            EmptyTexts = Number(column, "emptyTexts") ?? 0,
            Distinct = Number(column, "distinct"),
            DistinctIsExact = column.TryGetProperty("exact", out JsonElement exact) && exact.GetBoolean(),
            MinimumText = Text(column, "min"),
            MaximumText = Text(column, "max"),
            Mean = Real(column, "mean"),
            StandardDeviation = Real(column, "sd"),
            Zeros = Number(column, "zeros") ?? 0,
            Negatives = Number(column, "negatives") ?? 0,
            NotNumbers = Number(column, "nan") ?? 0,
            PositiveInfinite = Number(column, "infinite") ?? 0,
            NegativeInfinite = Number(column, "minusInfinite") ?? 0,
            Lengths = column.TryGetProperty("lengths", out JsonElement lengths)
                ? new TextLengths(lengths.GetProperty("min").GetInt64(), lengths.GetProperty("mean").GetDouble(), lengths.GetProperty("max").GetInt64())
                : null,
            Top = column.TryGetProperty("top", out JsonElement top)
                ? [.. top.EnumerateArray().Select(v => new FrequentValue(v[0].GetString() ?? "", v[1].GetInt64(), v[2].GetInt64()))]
                : [],
            CardinalityBytes = Bytes(column, "cardinality"),
            QuantileBytes = Bytes(column, "quantiles"),
        };
    }

    private static long? Number(JsonElement column, string key) => column.TryGetProperty(key, out JsonElement value) ? value.GetInt64() : null;

    private static double? Real(JsonElement column, string key) => column.TryGetProperty(key, out JsonElement value) ? value.GetDouble() : null;

    private static string? Text(JsonElement column, string key) => column.TryGetProperty(key, out JsonElement value) ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement column, string key) => column.TryGetProperty(key, out JsonElement value) ? value.GetBytesFromBase64() : null;
}
