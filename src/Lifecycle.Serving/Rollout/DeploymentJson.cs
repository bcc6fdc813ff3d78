using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Serving;

/// <summary>A deployment as it is stored and audited: <c>{"arms":[{"name","weight"}],"shadow":{"name","sample"},"stopped":"reason"}</c>.</summary>
internal static class DeploymentJson
{
    public static string Write(Deployment deployment)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("arms");
            foreach (DeploymentArm arm in deployment.Arms)
            {
                writer.WriteStartObject();
                writer.WriteString("name", arm.Name);
                writer.WriteNumber("weight", arm.Weight);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (deployment.Shadow is { } shadow)
            {
                writer.WriteStartObject("shadow");
                writer.WriteString("name", shadow.Name);
                writer.WriteNumber("sample", shadow.Sample);
                writer.WriteEndObject();
            }

            if (deployment.StopReason is { } reason)
            {
                writer.WriteString("stopped", reason);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <exception cref="LifecycleStorageException">The text or the table is damaged.</exception>
    public static Deployment Read(string model, string body, byte[] table)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            DeploymentArm[] arms =
            [
                .. root.GetProperty("arms").EnumerateArray().Select(a => new DeploymentArm(Name(a), a.GetProperty("weight").GetInt32())),
            ];
            if (arms.Length > Deployment.MaximumArms || arms.DistinctBy(a => a.Name, StringComparer.Ordinal).Count() != arms.Length)
            {
                throw new JsonException("it has too many arms, or one twice");
            }

            if (table.Length != TrafficSplit.Buckets || !arms.Select((a, i) => a.Weight == table.Count(b => b == i)).All(fits => fits)
                || arms.Sum(a => (long)a.Weight) != TrafficSplit.Buckets)
            {
                throw new JsonException("its buckets do not fit its arms");
            }

            return new Deployment(model, arms, table)
            {
                Shadow = root.TryGetProperty("shadow", out JsonElement shadow) ? new DeploymentShadow(Name(shadow), Sample(shadow)) : null,
                StopReason = root.TryGetProperty("stopped", out JsonElement stopped) ? stopped.GetString() : null,
            };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new LifecycleStorageException(
                "database", "read deployment", model,
                $"The stored deployment of '{model}' is damaged ({error.Message}). Go back to what the code says by Deployments.ResetAsync(\"{model}\").", isTransient: false, error);
        }
    }

    private static string Name(JsonElement arm) =>
        arm.GetProperty("name").GetString() is { Length: > 0 } name ? name : throw new JsonException("an arm has no name");

    private static double Sample(JsonElement shadow) =>
        shadow.GetProperty("sample").GetDouble() is > 0 and <= 1 and double sample ? sample : throw new JsonException("the sample of its shadow is out of range");
}
