using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Drift;

public sealed partial record ChunkedDrift
{
    /// <summary>The schema that <see cref="ToJson"/> writes.</summary>
    public const string JsonSchema = "lifecycle.chunked-drift/1";

    /// <summary>All findings as JSON of the schema <c>lifecycle.chunked-drift/1</c>, numbers in shortest round-trip form.</summary>
    public string ToJson() => System.Text.Encoding.UTF8.GetString(ToUtf8Json());

    /// <summary>The findings as UTF-8 JSON.</summary>
    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(ChunkedDriftDocument.Of(this), ChunkedDriftJson.Default.ChunkedDriftDocument);

    /// <summary>Reads findings from their JSON.</summary>
    /// <exception cref="FormatException">The text is not of the schema <c>lifecycle.chunked-drift/1</c>.</exception>
    public static ChunkedDrift Parse(ReadOnlySpan<byte> json)
    {
        ChunkedDriftDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(json, ChunkedDriftJson.Default.ChunkedDriftDocument);
        }
        catch (JsonException error)
        {
            throw new FormatException($"The text is not a chunked drift: {error.Message}", error);
        }

        return document?.Schema == JsonSchema
            ? document.ToDrift()
            : throw new FormatException($"The text is not a chunked drift of the schema {JsonSchema}; it says '{document?.Schema}'. Update Lifecycle.Drift when it is newer.");
    }
}

/// <summary>The shape of the JSON.</summary>
internal sealed record ChunkedDriftDocument
{
    public required string Schema { get; init; }

    public required string Chunker { get; init; }

    public ChunkThresholdKind Threshold { get; init; }

    public double Alpha { get; init; }

    public double? SeasonDays { get; init; }

    public long ReferenceRows { get; init; }

    public bool HasDrift { get; init; }

    public required IReadOnlyList<DataChunk> Chunks { get; init; }

    public required IReadOnlyList<ChunkedColumn> Columns { get; init; }

    public static ChunkedDriftDocument Of(ChunkedDrift drift) => new()
    {
        Schema = ChunkedDrift.JsonSchema,
        Chunker = drift.Chunker,
        Threshold = drift.Threshold,
        Alpha = drift.Alpha,
        SeasonDays = drift.Season?.TotalDays,
        ReferenceRows = drift.ReferenceRows,
        HasDrift = drift.HasDrift,
        Chunks = drift.Chunks,
        Columns = drift.Columns,
    };

    public ChunkedDrift ToDrift() => new()
    {
        Chunker = Chunker,
        Threshold = Threshold,
        Alpha = Alpha,
        Season = SeasonDays is { } days ? TimeSpan.FromDays(days) : null,
        ReferenceRows = ReferenceRows,
        Chunks = Chunks,
        Columns = Columns,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChunkedDriftDocument))]
internal sealed partial class ChunkedDriftJson : JsonSerializerContext;
