using System.Text.Json;

namespace Lifecycle.Validation;

internal static partial class JsonWriter
{
    private static void WriteBusiness(Utf8JsonWriter writer, ValueFinding? found)
    {
        if (found is null)
        {
            return;
        }

        writer.WriteStartObject("business");
        writer.WriteString("objective", found.Objective);
        writer.WriteString("statement", found.Statement);
        writer.WriteString("owner", found.Owner);
        writer.WriteString("baseline", found.Baseline);
        writer.WriteNumber("total", found.Total);
        writer.WriteNumber("baselineTotal", found.BaselineTotal);
        writer.WriteNumber("upliftPerThousand", found.UpliftPerThousand);
        writer.WriteNumber("oracleTotal", found.OracleTotal);
        if (found.Unit is { } unit)
        {
            writer.WriteString("unit", unit);
        }

        writer.WriteEndObject();
    }
}
