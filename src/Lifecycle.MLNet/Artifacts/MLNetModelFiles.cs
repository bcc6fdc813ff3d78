using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>The files of an ML.NET model: <c>model.zip</c> and <c>schema.json</c>. The same model has the same bytes whenever it is saved.</summary>
internal static class MLNetModelFiles
{
    public const string Model = "model.zip";
    public const string Schema = "schema.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    // The first moment that a zip entry can name; ML.NET writes the time of saving, which would give every save another digest.
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Logs a fitted pipeline with its <c>MLmodel</c>: flavour <c>mlnet</c>, with an ONNX export <c>onnx</c> and <c>python_function</c> too.</summary>
    public static async ValueTask<ModelArtifact> LogAsync(
        Run run, MLContext context, ITransformer transformer, DataViewSchema schema, string name, ReadOnlyMemory<byte> onnx, CancellationToken cancellationToken)
    {
        Dictionary<string, ReadOnlyMemory<byte>> files = new(StringComparer.Ordinal)
        {
            [Model] = SaveModel(context, transformer, schema),
            [Schema] = SaveSchema(schema),
        };
        Dictionary<string, JsonObject> flavors = new(StringComparer.Ordinal)
        {
            ["mlnet"] = new JsonObject { ["data"] = Model, ["mlnet_version"] = MLNetVersion, ["schema"] = Schema },
        };
        if (!onnx.IsEmpty)
        {
            OnnxFlavor.AddTo(files, flavors, onnx);
        }

        cancellationToken.ThrowIfCancellationRequested();
        ModelDescription description = new() { Flavors = flavors, Signature = ModelColumns.Signature(transformer, schema) };
        return await run.LogModelAsync(
            name, files.ToDictionary(f => f.Key, f => (Stream)new MemoryStream(f.Value.ToArray(), writable: false), StringComparer.Ordinal), description, cancellationToken)
            .ConfigureAwait(false);
    }

    private static string MLNetVersion =>
        typeof(MLContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    public static byte[] SaveModel(MLContext context, ITransformer transformer, DataViewSchema schema)
    {
        using MemoryStream saved = new();
        context.Model.Save(transformer, schema, saved);
        saved.Position = 0;
        using MemoryStream result = new();
        using (ZipArchive source = new(saved, ZipArchiveMode.Read, leaveOpen: true))
        using (ZipArchive target = new(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry entry in source.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
            {
                ZipArchiveEntry copy = target.CreateEntry(entry.FullName, CompressionLevel.Optimal);
                copy.LastWriteTime = NoTime;
                using Stream from = entry.Open();
                using Stream to = copy.Open();
                from.CopyTo(to);
            }
        }

        return result.ToArray();
    }

    public static byte[] SaveSchema(DataViewSchema schema)
    {
        JsonArray columns = [];
        foreach (DataViewSchema.Column column in schema.Where(c => !c.IsHidden))
        {
            columns.Add(new JsonObject { ["name"] = column.Name, ["type"] = column.Type.ToString() });
        }

        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["schema"] = "lifecycle.mlnet-schema/1", ["columns"] = columns }, Indented);
    }
}
