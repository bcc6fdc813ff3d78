using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Lifecycle.AspNetCore;

/// <summary>Requests out of bodies and query strings, answers into bodies.</summary>
internal static class MlflowBody
{
    /// <summary>Most bytes of a body, unless a route says otherwise.</summary>
    public const int Limit = 4 << 20;

    /// <summary>
    /// Reads a body: an object, a JSON text that holds one (clients send that too), or nothing, which is the empty object. The content type is not looked at.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="type">What to read.</param>
    /// <param name="limit">Most bytes.</param>
    /// <exception cref="BodyTooLargeException">There are more bytes.</exception>
    /// <exception cref="JsonException">The body is no such object; the path says where.</exception>
    public static async ValueTask<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, int limit)
        where T : class
    {
        if (context.Request.ContentLength is { } announced && announced > limit)
        {
            throw new BodyTooLargeException(announced, limit);
        }

        Allow(context, limit + 1L);
        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            if (read.Buffer.Length > limit)
            {
                long size = read.Buffer.Length;
                reader.AdvanceTo(read.Buffer.End);
                throw new BodyTooLargeException(size, limit);
            }

            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            try
            {
                return Parse(read.Buffer, type);
            }
            finally
            {
                reader.AdvanceTo(read.Buffer.End);
            }
        }
    }

    /// <summary>Reads a query string as if it were a body: a repeated key is a list, the last of several wins where one is meant.</summary>
    public static T ReadQuery<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            foreach (JsonPropertyInfo property in type.Properties)
            {
                if (!context.Request.Query.TryGetValue(property.Name, out StringValues values) || values.Count == 0)
                {
                    continue;
                }

                writer.WritePropertyName(property.Name);
                if (property.PropertyType.IsArray)
                {
                    writer.WriteStartArray();
                    foreach (string? value in values)
                    {
                        writer.WriteStringValue(value);
                    }

                    writer.WriteEndArray();
                }
                else
                {
                    writer.WriteStringValue(values[^1]);
                }
            }

            writer.WriteEndObject();
        }

        return JsonSerializer.Deserialize(buffer.WrittenSpan, type)!;
    }

    /// <summary>Writes an answer; the status was set before.</summary>
    public static Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return JsonSerializer.SerializeAsync(context.Response.BodyWriter, answer, type, context.RequestAborted);
    }

    /// <summary>Writes a short text.</summary>
    public static Task WriteTextAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    /// <summary>Lets a body of this size in, where the server asks for a limit.</summary>
    public static void Allow(HttpContext context, long? bytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature
            && (bytes is null || feature.MaxRequestBodySize is { } now && now < bytes))
        {
            feature.MaxRequestBodySize = bytes;
        }
    }

    private static T Parse<T>(ReadOnlySequence<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        if (body.IsSingleSegment)
        {
            return Parse(body.FirstSpan, type, decode: true);
        }

        int length = (int)body.Length;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(rented);
            return Parse(rented.AsSpan(0, length), type, decode: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static T Parse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type, bool decode)
        where T : class
    {
        ReadOnlySpan<byte> trimmed = body.Trim(" \t\r\n"u8);
        if (trimmed.IsEmpty || trimmed.SequenceEqual("null"u8))
        {
            trimmed = "{}"u8;
        }

        if (trimmed[0] == (byte)'"' && decode)
        {
            Utf8JsonReader reader = new(trimmed);
            reader.Read();
            string text = reader.GetString()!;
            return reader.BytesConsumed == trimmed.Length
                ? Parse(Encoding.UTF8.GetBytes(text), type, decode: false)
                : throw new WireValueException("There is something behind the text.");
        }

        return trimmed[0] == (byte)'{'
            ? JsonSerializer.Deserialize(trimmed, type)!
            : throw new WireValueException("The body must be an object, for example {\"name\":\"x\"}.");
    }
}

/// <summary>A body has more bytes than its route takes.</summary>
internal sealed class BodyTooLargeException(long size, long limit)
    : Exception($"The body has {size} bytes or more; this route takes at most {limit}. Send it in parts.");
