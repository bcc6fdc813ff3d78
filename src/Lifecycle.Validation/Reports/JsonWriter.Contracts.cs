using System.Text.Json;

namespace Lifecycle.Validation;

internal static partial class JsonWriter
{
    private static void WriteContract(Utf8JsonWriter writer, Finding finding)
    {
        if (finding.Contract is { } contract)
        {
            writer.WritePropertyName("contract");
            ContractResultJson.Write(writer, contract);
        }
    }
}
