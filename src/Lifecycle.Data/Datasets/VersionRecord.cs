using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Data;

/// <summary>A dataset version as a blob; the row in the database is an index of it. Keys in this order, absent when there is nothing.</summary>
internal sealed record VersionRecord(
    [property: JsonPropertyOrder(1)] string Id,
    [property: JsonPropertyOrder(2)] string Dataset,
    [property: JsonPropertyOrder(3)] long Number,
    [property: JsonPropertyOrder(4)] string Tree,
    [property: JsonPropertyOrder(5)] string? Parent,
    [property: JsonPropertyOrder(6)] string? Message,
    [property: JsonPropertyOrder(7)] string Actor,
    [property: JsonPropertyOrder(8)] DateTimeOffset At,
    [property: JsonPropertyOrder(9)] RecordSource? Source,
    [property: JsonPropertyOrder(10)] string? Schema)
{
    public const string CurrentFormat = FormatPrefix + "1";

    private const string FormatPrefix = "lifecycle.version/";

    [JsonPropertyOrder(0)]
    public string Format { get; init; } = CurrentFormat;

    [JsonPropertyOrder(11)]
    public RecordTransform? Transform { get; init; }

    [JsonPropertyOrder(12)]
    public RecordCode? Code { get; init; }

    /// <summary>Digest of the profile, when it was made with the commit.</summary>
    [JsonPropertyOrder(13)]
    public string? Profile { get; init; }

    /// <summary>Digest of the risk report of a derived version.</summary>
    [JsonPropertyOrder(14)]
    public string? Risk { get; init; }

    /// <summary>Tags that the commit set; null when there was none.</summary>
    [JsonPropertyOrder(15)]
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Whether the bytes are a record of another number than this build writes: a newer one, which says things that this build would pass over.</summary>
    public static bool IsNewer(ReadOnlySpan<byte> bytes) => IsNewer(bytes, FormatPrefix, CurrentFormat);

    /// <summary>Whether the bytes are a document of this kind with another number than this build writes.</summary>
    public static bool IsNewer(ReadOnlySpan<byte> bytes, string prefix, string current)
    {
        try
        {
            Utf8JsonReader reader = new(bytes);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("format"u8)
                && reader.Read() && reader.TokenType == JsonTokenType.String && reader.GetString()! is var format
                && format.StartsWith(prefix, StringComparison.Ordinal) && format != current;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false; // no JSON, or half of a surrogate pair: damaged
        }
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, DataJson.Default.VersionRecord);

    /// <summary>Reads a record; null when the bytes are not one that this build knows.</summary>
    public static VersionRecord? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, DataJson.Default.VersionRecord) is { Format: CurrentFormat } record ? record : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>Where the bytes of a version came from.</summary>
internal sealed record RecordSource([property: JsonPropertyOrder(0)] string Kind, [property: JsonPropertyOrder(1)] string Name);

/// <summary>What made the content from that of another version.</summary>
/// <param name="Name">For example <c>lifecycle.privacy</c>.</param>
/// <param name="Version">Of the transform.</param>
/// <param name="Parameters">Digest of its parameters, a blob.</param>
internal sealed record RecordTransform(
    [property: JsonPropertyOrder(0)] string Name, [property: JsonPropertyOrder(1)] string Version, [property: JsonPropertyOrder(2)] string Parameters)
{
    /// <summary>Ids of the keys that it used, never the keys; null when it used none.</summary>
    [JsonPropertyOrder(3)]
    public IReadOnlyList<string>? Keys { get; init; }
}

/// <summary>The code that made the data.</summary>
internal sealed record RecordCode([property: JsonPropertyOrder(0)] string Commit, [property: JsonPropertyOrder(1)] bool Dirty);

/// <summary>The payload of <c>lifecycle.dataset.committed</c>.</summary>
internal sealed record CommittedPayload(
    [property: JsonPropertyOrder(0)] string Dataset,
    [property: JsonPropertyOrder(1)] long Number,
    [property: JsonPropertyOrder(2)] string Version,
    [property: JsonPropertyOrder(3)] string Digest,
    [property: JsonPropertyOrder(4)] long? Rows,
    [property: JsonPropertyOrder(5)] string Actor);

/// <summary>What the audit log says of a commit.</summary>
internal sealed record CommittedState(
    [property: JsonPropertyOrder(0)] long Number,
    [property: JsonPropertyOrder(1)] string Version,
    [property: JsonPropertyOrder(2)] string Digest,
    [property: JsonPropertyOrder(3)] string Record,
    [property: JsonPropertyOrder(4)] long Files,
    [property: JsonPropertyOrder(5)] long Bytes,
    [property: JsonPropertyOrder(6)] long? Rows);

/// <summary>What the audit log says of files that a checkout overwrote or removed.</summary>
internal sealed record OverwroteState(
    [property: JsonPropertyOrder(0)] string Folder,
    [property: JsonPropertyOrder(1)] IReadOnlyList<string> Files,
    [property: JsonPropertyOrder(2)] IReadOnlyList<string>? Removed = null);

/// <summary>What the audit log says of a tag.</summary>
internal sealed record TaggedState([property: JsonPropertyOrder(0)] string Tag, [property: JsonPropertyOrder(1)] long Number);

/// <summary>What the audit log says of a version that was removed.</summary>
internal sealed record RemovedState(
    [property: JsonPropertyOrder(0)] long Number,
    [property: JsonPropertyOrder(1)] string Version,
    [property: JsonPropertyOrder(2)] string Digest,
    [property: JsonPropertyOrder(3)] IReadOnlyList<string> Tags);

/// <summary>What the audit log says of a derivation.</summary>
internal sealed record DerivedState(
    [property: JsonPropertyOrder(0)] long Number,
    [property: JsonPropertyOrder(1)] string Version,
    [property: JsonPropertyOrder(2)] string Digest,
    [property: JsonPropertyOrder(3)] string Record,
    [property: JsonPropertyOrder(4)] string Source,
    [property: JsonPropertyOrder(5)] string SourceVersion,
    [property: JsonPropertyOrder(6)] string Plan,
    [property: JsonPropertyOrder(7)] string Report,
    [property: JsonPropertyOrder(8)] IReadOnlyList<string> Keys,
    [property: JsonPropertyOrder(9)] string Outcome,
    [property: JsonPropertyOrder(10)] long RowsRead,
    [property: JsonPropertyOrder(11)] long RowsWritten,
    [property: JsonPropertyOrder(12)] long RowsSuppressed,
    [property: JsonPropertyOrder(13)] long CellsSuppressed);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(VersionRecord))]
[JsonSerializable(typeof(TablesDocument))]
[JsonSerializable(typeof(CommittedPayload))]
[JsonSerializable(typeof(CommittedState))]
[JsonSerializable(typeof(DerivedState))]
[JsonSerializable(typeof(OverwroteState))]
[JsonSerializable(typeof(TaggedState))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(RemovedState))]
[JsonSerializable(typeof(ImportedState))]
[JsonSerializable(typeof(ExportedState))]
[JsonSerializable(typeof(SplitDocument))]
[JsonSerializable(typeof(SplitState))]
internal sealed partial class DataJson : JsonSerializerContext;
