using System.Text.Json.Serialization;

namespace Lifecycle.Drift;

/// <summary>What an audit entry says of a reference.</summary>
internal sealed record ReferenceState(string Version, string Digest);

/// <summary>What an audit entry says of an alert.</summary>
internal sealed record AlertMark(string Alert, string Version, string Monitor, string Column, string Rule, string State);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ReferenceState))]
[JsonSerializable(typeof(AlertMark))]
[JsonSerializable(typeof(AlertMachineState))]
[JsonSerializable(typeof(DriftFound))]
[JsonSerializable(typeof(DriftCleared))]
[JsonSerializable(typeof(PerformanceFell))]
internal sealed partial class DriftJson : JsonSerializerContext;
