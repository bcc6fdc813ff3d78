using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Bodies that are small documents, not tensors: commands to the repository, outcomes.</summary>
internal static class BodyDocument
{
    /// <summary>Reads the body.</summary>
    /// <param name="context">The call.</param>
    /// <param name="options">The limits.</param>
    /// <param name="body">Takes the bytes; the document lies in it.</param>
    /// <param name="depth">How deep objects and arrays may lie in each other.</param>
    /// <returns>Null when the body is empty.</returns>
    /// <exception cref="InferenceWireException">400, 413 or 415.</exception>
    public static async ValueTask<JsonDocument?> ReadAsync(HttpContext context, OpenInferenceOptions options, PooledBytes body, int depth)
    {
        BodyReader.CheckContentType(context.Request.ContentType);
        await BodyReader.ReadAsync(
            context.Request.BodyReader, context.Request.Headers.ContentEncoding, context.Request.ContentLength, options.MaxBodyBytes, body, context.RequestAborted).ConfigureAwait(false);
        ReadOnlyMemory<byte> json = JsonCursor.Unmarked(body.Memory);
        if (json.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            return null;
        }

        return Parse(json, depth);
    }

    /// <summary>Reads a document.</summary>
    /// <param name="json">The document lies in it.</param>
    /// <param name="depth">How deep objects and arrays may lie in each other.</param>
    /// <exception cref="InferenceWireException">400: it is no JSON, or a member stands twice in its object.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, int depth)
    {
        JsonCursor.CheckUtf8(json.Span);
        try
        {
            CheckNames(json.Span, depth);
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = depth, AllowDuplicateProperties = false });
        }
        catch (JsonException error)
        {
            throw Twice(json.Span, depth) ?? JsonCursor.Explain(error, json.Span);
        }
    }

    // The reader calls a member that stands twice no valid JSON.
    private static InferenceWireException? Twice(ReadOnlySpan<byte> json, int depth)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = depth });
        Stack<HashSet<string>> objects = [];
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        objects.Push([]);
                        break;
                    case JsonTokenType.EndObject:
                        objects.Pop();
                        break;
                    case JsonTokenType.PropertyName when reader.GetString() is { } name && !objects.Peek().Add(name):
                        return InferenceWireException.Bad($"The member '{InferenceWireException.Show(name)}' stands twice in its object (byte {reader.TokenStartIndex}); send it once.");
                    default:
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // It is no JSON behind this place, and that is what is told.
        }

        return null;
    }

    /// <summary>Refuses names with half a surrogate, which are found by nobody and break whoever compares them.</summary>
    /// <exception cref="InferenceWireException">400.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void CheckNames(ReadOnlySpan<byte> json, int depth)
    {
        if (json.IndexOf("\\u"u8) < 0)
        {
            return;
        }

        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = depth });
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueIsEscaped)
            {
                continue;
            }

            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw InferenceWireException.Bad($"The name at byte {reader.TokenStartIndex} is no Unicode text; send both halves of a surrogate pair.");
            }
        }
    }
}
