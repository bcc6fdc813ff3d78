using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Lifecycle.Tracking;

/// <summary>The file <c>MLmodel</c> of MLflow: written in one exact form, read in whatever form MLflow's clients write it.</summary>
internal static class MLmodelFile
{
    /// <summary>The version whose form is written.</summary>
    public const string Form = "3.6.0";

    private const string TimeForm = "yyyy-MM-dd HH:mm:ss.ffffff";
    private const int LongestFile = 1 << 20;

    public static byte[] Write(ModelDescription model)
    {
        JsonObject flavors = [];
        foreach ((string name, JsonObject settings) in model.Flavors)
        {
            flavors[name] = settings.DeepClone();
        }

        JsonObject root = new() { ["flavors"] = flavors, ["mlflow_version"] = model.MlflowVersion ?? Form };
        Add(root, "artifact_path", model.ArtifactPath);
        Add(root, "model_id", model.ModelId);
        Add(root, "model_uuid", model.ModelUuid);
        Add(root, "run_id", model.RunId);
        Add(root, "utc_time_created", model.CreatedAt?.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture));
        if (model.SizeBytes is { } size)
        {
            root["model_size_bytes"] = size;
        }

        if (model.Signature is { } signature)
        {
            root["signature"] = new JsonObject
            {
                ["inputs"] = SignatureJson.Write(signature.Inputs),
                ["outputs"] = SignatureJson.Write(signature.Outputs),
                ["params"] = null,
            };
        }

        return Encoding.UTF8.GetBytes(YamlText.Write(root));
    }

    public static ModelDescription Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > LongestFile)
        {
            throw new InvalidModelException($"The MLmodel file has {bytes.Length} bytes; at most {LongestFile} are read.");
        }

        JsonObject root = YamlText.Read(Encoding.UTF8.GetString(bytes)) as JsonObject
            ?? throw new InvalidModelException("The MLmodel file is no map; it begins like 'artifact_path: model'.");
        JsonObject flavors = root["flavors"] as JsonObject ?? [];
        return new ModelDescription
        {
            Flavors = flavors.Where(f => f.Value is JsonObject).ToDictionary(f => f.Key, f => (JsonObject)f.Value!.DeepClone(), StringComparer.Ordinal),
            Signature = Signature(root["signature"] as JsonObject),
            ArtifactPath = Text(root, "artifact_path"),
            MlflowVersion = Text(root, "mlflow_version"),
            ModelId = Text(root, "model_id"),
            ModelUuid = Text(root, "model_uuid"),
            RunId = Text(root, "run_id"),
            SizeBytes = long.TryParse(Text(root, "model_size_bytes"), NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : null,
            CreatedAt = DateTimeOffset.TryParse(
                Text(root, "utc_time_created"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset at)
                ? at : null,
        };
    }

    private static ModelSignature? Signature(JsonObject? signature)
    {
        if (signature is null || Text(signature, "inputs") is not { } inputs)
        {
            return null;
        }

        return new ModelSignature(
            SignatureJson.Read(inputs, "inputs"), Text(signature, "outputs") is { } outputs ? SignatureJson.Read(outputs, "outputs") : []);
    }

    private static string? Text(JsonObject map, string key) => map[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static void Add(JsonObject map, string key, string? value)
    {
        if (value is not null)
        {
            map[key] = value;
        }
    }
}
