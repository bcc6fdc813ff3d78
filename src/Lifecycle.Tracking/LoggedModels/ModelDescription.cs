using System.Text.Json.Nodes;

namespace Lifecycle.Tracking;

/// <summary>
/// What MLflow's file <c>MLmodel</c> says of a model: by which libraries it can be loaded (flavours) and what goes in and out. A run that logs a model with a
/// description writes the file beside the model's own files; it names the run and the time, so it is no part of the digest.
/// </summary>
public sealed record ModelDescription
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "MLmodel";

    /// <summary>Settings by flavour, for example <c>mlnet</c> to <c>{"data": "model.zip"}</c>: texts, numbers, lists and maps.</summary>
    public required IReadOnlyDictionary<string, JsonObject> Flavors { get; init; }

    /// <summary>What goes in and out; null when nobody said.</summary>
    public ModelSignature? Signature { get; init; }

    /// <summary>Name of the model in its run; filled in when the model is logged.</summary>
    public string? ArtifactPath { get; init; }

    /// <summary>The version of MLflow whose form the file has.</summary>
    public string? MlflowVersion { get; init; }

    /// <summary><c>m-</c> and 32 hex digits; filled in when the model is logged.</summary>
    public string? ModelId { get; init; }

    /// <summary>Another id, of MLflow before version 3; filled in when the model is logged.</summary>
    public string? ModelUuid { get; init; }

    /// <summary>The run; filled in when the model is logged.</summary>
    public string? RunId { get; init; }

    /// <summary>Bytes of all files; filled in when the model is logged.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>When it was logged, UTC; filled in when the model is logged.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Reads an <c>MLmodel</c> file. Only plain scalars, lists and maps are taken.</summary>
    /// <param name="bytes">UTF-8, at most 1 MiB.</param>
    /// <exception cref="InvalidModelException">The file is too long, no YAML, nested deeper than 32, or has tags, anchors or aliases.</exception>
    public static ModelDescription Read(ReadOnlySpan<byte> bytes) => MLmodelFile.Read(bytes);

    /// <summary>The bytes of the file: keys in ordinal order, block style.</summary>
    public ReadOnlyMemory<byte> ToBytes() => MLmodelFile.Write(this);
}
