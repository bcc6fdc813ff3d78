using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Storage.Local;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<LineageEdge>))]
[JsonSerializable(typeof(LineageEdge[]))]
internal sealed partial class OutboxJson : JsonSerializerContext
{
    public static string Write(IReadOnlyList<LineageEdge> edges) => JsonSerializer.Serialize(edges, Default.IReadOnlyListLineageEdge);

    public static IReadOnlyList<LineageEdge> Read(string edges) => JsonSerializer.Deserialize(edges, Default.LineageEdgeArray) ?? [];
}
