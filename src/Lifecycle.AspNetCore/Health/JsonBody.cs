using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Small answers written straight into the response.</summary>
internal static class JsonBody
{
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> fields)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        Utf8JsonWriter writer = new(context.Response.BodyWriter);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }
    }
}
