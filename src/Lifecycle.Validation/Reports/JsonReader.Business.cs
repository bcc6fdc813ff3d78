using System.Text.Json;

namespace Lifecycle.Validation;

internal static partial class JsonReader
{
    private static ValueFinding ReadBusiness(JsonElement found) => new(
        Text(found, "objective"),
        Text(found, "statement"),
        found.GetProperty("owner").GetString(),
        Text(found, "baseline"),
        found.GetProperty("total").GetDecimal(),
        found.GetProperty("baselineTotal").GetDecimal(),
        found.GetProperty("upliftPerThousand").GetDecimal(),
        found.GetProperty("oracleTotal").GetDecimal(),
        found.TryGetProperty("unit", out JsonElement unit) ? unit.GetString() : null);
}
