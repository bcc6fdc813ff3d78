using System.Text.Json;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Which models are served and in which state.</summary>
internal static class ModelEndpoints
{
    public static Task NamesAsync(HttpContext context, ModelHost host) => JsonBody.WriteAsync(context, writer =>
    {
        writer.WriteStartArray("models");
        foreach (ServedModel model in host.Models)
        {
            writer.WriteStringValue(model.Name);
        }

        writer.WriteEndArray();
    });

    public static Task ListAsync(HttpContext context, ModelHost host) => JsonBody.WriteAsync(context, writer =>
    {
        writer.WriteStartArray("models");
        foreach (ServedModel model in host.Models)
        {
            writer.WriteStartObject();
            writer.WriteString("name", model.Name);
            writer.WriteString("state", model.State.ToString());
            writer.WriteString("version", model.Version);
            writer.WriteString("platform", model.Platform);
            writer.WriteString("reason", model.Reason);
            writer.WriteStartArray("versions");
            foreach (VersionStatus version in model.Versions)
            {
                WriteVersion(writer, version);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    private static void WriteVersion(Utf8JsonWriter writer, VersionStatus version)
    {
        writer.WriteStartObject();
        writer.WriteString("version", version.Version);
        writer.WriteString("state", version.State.ToString());
        writer.WriteString("digest", version.Digest?.ToString());
        writer.WriteString("since", version.Since);
        writer.WriteString("reason", version.Reason);
        writer.WriteNumber("predictions", version.Predictions);
        writer.WriteNumber("failures", version.Failures);
        writer.WriteEndObject();
    }
}
