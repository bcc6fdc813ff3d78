using System.Globalization;
using System.Text.Json;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

/// <summary>
/// Reads bodies of the protocol, JSON with or without binary tensors behind it, into requests. Keeps no state: one reader serves all threads.
/// Whether the inputs are those of the model is asked of its signature later, when its version is chosen.
/// </summary>
internal sealed class InferenceRequestReader(OpenInferenceOptions options)
{
    /// <summary>The header that says where the JSON ends and the binary tensors begin.</summary>
    public const string HeaderLength = "Inference-Header-Content-Length";

    /// <summary>Reads <see cref="InferenceRequest.Body"/>.</summary>
    /// <param name="request">Has the body, and takes the rest.</param>
    /// <param name="headerLength">The header of <see cref="HeaderLength"/>; null when it was not sent.</param>
    /// <param name="signature">
    /// What the model takes. A body without JSON needs it; for others it says which inputs have rows to be counted, and saves making their names anew. It checks nothing.
    /// </param>
    /// <exception cref="InferenceWireException">400 or 501.</exception>
    public void Read(InferenceRequest request, string? headerLength = null, TensorSignature? signature = null)
    {
        request.Begin();
        ReadOnlyMemory<byte> body = request.Body.Memory;
        int length = LengthOf(headerLength, body.Length);
        if (headerLength is not null && length == 0)
        {
            RawRequest.Read(request, signature, options);
            return;
        }

        if (body.IsEmpty)
        {
            throw InferenceWireException.Bad("The body is empty; send an object with \"inputs\".");
        }

        ReadOnlyMemory<byte> json = JsonCursor.Unmarked(body[..length]);
        JsonCursor.CheckUtf8(json.Span);
        try
        {
            RequestParse parse = new(request, json, body[length..], headerLength is not null, signature, options);
            parse.Body();
        }
        catch (JsonException error)
        {
            throw JsonCursor.Explain(error, json.Span);
        }

        request.Seal();
    }

    private static int LengthOf(string? header, int body)
    {
        if (header is null)
        {
            return body;
        }

        if (!long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out long length))
        {
            throw InferenceWireException.Bad($"The header {HeaderLength} is '{InferenceWireException.Show(header)}'; send the number of bytes of the JSON.");
        }

        return length <= body
            ? (int)length
            : throw InferenceWireException.Bad($"The header {HeaderLength} is {length} and the body has {body} bytes; send the number of bytes of the JSON.");
    }
}
