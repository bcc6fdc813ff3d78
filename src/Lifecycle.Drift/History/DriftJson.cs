using System.Text.Json.Serialization;

namespace Lifecycle.Drift;

/// <summary>What an audit entry says of a reference.</summary>
internal sealed record ReferenceState(string Version, string Digest);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReferenceState))]
[JsonSerializable(typeof(DriftFound))]
[JsonSerializable(typeof(DriftCleared))]
[JsonSerializable(typeof(PerformanceFell))]
internal sealed partial class DriftJson : JsonSerializerContext;
