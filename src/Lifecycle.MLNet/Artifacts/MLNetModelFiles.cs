using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
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
