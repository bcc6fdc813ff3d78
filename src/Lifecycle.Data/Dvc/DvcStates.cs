using System.Text.Json.Serialization;

namespace Lifecycle.Data;

/// <summary>What the audit log says of an import.</summary>
internal sealed record ImportedState(
    [property: JsonPropertyOrder(0)] long Number,
    [property: JsonPropertyOrder(1)] string Version,
    [property: JsonPropertyOrder(2)] string Digest,
    [property: JsonPropertyOrder(3)] string Record,
    [property: JsonPropertyOrder(4)] long Files,
    [property: JsonPropertyOrder(5)] long Bytes,
    [property: JsonPropertyOrder(6)] string Output,
    [property: JsonPropertyOrder(7)] string Oid);

/// <summary>What the audit log says of an export.</summary>
internal sealed record ExportedState(
    [property: JsonPropertyOrder(0)] long Number,
    [property: JsonPropertyOrder(1)] string Version,
    [property: JsonPropertyOrder(2)] string Digest,
    [property: JsonPropertyOrder(3)] string Output,
    [property: JsonPropertyOrder(4)] string Oid,
    [property: JsonPropertyOrder(5)] long Files,
    [property: JsonPropertyOrder(6)] long Bytes,
    [property: JsonPropertyOrder(7)] int LostExecutable);
