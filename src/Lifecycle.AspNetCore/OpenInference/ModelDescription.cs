using System.Text.Json;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>What a model takes and gives: the protocol's metadata, and the part of Triton's configuration that clients read.</summary>
internal static class ModelDescription
{
    public static Task WriteMetadataAsync(HttpContext context, ServedModel model, ReadyVersion version) => JsonBody.WriteAsync(context, writer =>
    {
        writer.WriteString("name", model.Name);
        writer.WriteStartArray("versions");
        foreach (string ready in model.ReadyVersions)
        {
            writer.WriteStringValue(ready);
        }

        writer.WriteEndArray();
        writer.WriteString("platform", version.Platform);
        Write(writer, "inputs", version.Signature.Inputs);
        Write(writer, "outputs", version.Signature.Outputs);
        if (version.Properties.Count > 0)
        {
            writer.WriteStartObject("properties");
            foreach ((string key, string value) in version.Properties)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }
    });

    public static Task WriteConfigAsync(HttpContext context, ServedModel model, ReadyVersion version) => JsonBody.WriteAsync(context, writer =>
    {
        writer.WriteString("name", model.Name);
        writer.WriteString("platform", version.Platform);
        writer.WriteNumber("max_batch_size", version.BatchRows);
        Configure(writer, "input", version.Signature.Inputs, version.BatchRows > 0);
        Configure(writer, "output", version.Signature.Outputs, version.BatchRows > 0);
    });

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<TensorSpec> tensors)
    {
        writer.WriteStartArray(name);
        foreach (TensorSpec tensor in tensors)
        {
            writer.WriteStartObject();
            writer.WriteString("name", tensor.Name);
            writer.WriteString("datatype", tensor.Type.ProtocolName());
            WriteDimensions(writer, "shape", tensor.Shape.Dimensions);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Configure(Utf8JsonWriter writer, string name, IReadOnlyList<TensorSpec> tensors, bool isBatched)
    {
        writer.WriteStartArray(name);
        foreach (TensorSpec tensor in tensors)
        {
            writer.WriteStartObject();
            writer.WriteString("name", tensor.Name);
            writer.WriteString("data_type", tensor.Type == TensorElementType.Bytes ? "TYPE_STRING" : "TYPE_" + tensor.Type.ProtocolName());
            WriteDimensions(writer, "dims", isBatched && tensor.Shape.Rank > 0 ? tensor.Shape.Dimensions[1..] : tensor.Shape.Dimensions);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteDimensions(Utf8JsonWriter writer, string name, ReadOnlySpan<long> dimensions)
    {
        writer.WriteStartArray(name);
        foreach (long dimension in dimensions)
        {
            writer.WriteNumberValue(dimension);
        }

        writer.WriteEndArray();
    }
}
