using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Small answers written straight into the response.</summary>
internal static class JsonBody
{
    // The answer is JSON and no part of a page: quotes in messages stay readable.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> fields, string contentType = "application/json; charset=utf-8")
    {
        context.Response.ContentType = contentType;
        Utf8JsonWriter writer = new(context.Response.BodyWriter, Readable);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }
    }
}
