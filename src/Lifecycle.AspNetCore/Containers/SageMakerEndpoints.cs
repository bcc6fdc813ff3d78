using System.Globalization;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Lifecycle.AspNetCore;

/// <summary>The contract of an inference container of Amazon SageMaker: <c>/ping</c>, <c>/invocations</c>, <c>/execution-parameters</c>.</summary>
internal sealed class SageMakerEndpoints(ModelHost host, ServedModel model, OpenInferenceOptions options)
{
    private const string CustomAttributes = "X-Amzn-SageMaker-Custom-Attributes";
    private const int MaximumAttributes = 1_024;
    private const int MaximumPayloadMegabytes = 6;

    private readonly RowInference _rows = new(model, options);
    private readonly InferEndpoint _protocol = new(host, options);

    /// <summary>
    /// 200 without a body when a version is loaded, or the fallback answers while the model is stopped, and the host does not stop, else 503; from memory, so that the limit of 2 s is never near. A model that was stopped
    /// on purpose is 200: the platform would end the container, and a new one would be stopped, too.
    /// </summary>
    public Task PingAsync(HttpContext context)
    {
        context.Response.StatusCode = model.IsReadyOrFallback && !host.IsDraining ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>How a batch transform should call.</summary>
    public static Task ParametersAsync(HttpContext context) => JsonBody.WriteAsync(context, writer =>
    {
        writer.WriteNumber("MaxConcurrentTransforms", Environment.ProcessorCount);
        writer.WriteString("BatchStrategy", "MULTI_RECORD");
        writer.WriteNumber("MaxPayloadInMB", MaximumPayloadMegabytes);
    });

    /// <summary>Rows in the form of the content type; JSON without instances is a request of the Open Inference Protocol.</summary>
    public Task InvokeAsync(HttpContext context) => _rows.CallAsync(context, this, static (context, request, endpoint) => endpoint.InvokeAsync(context, request));

    private async ValueTask InvokeAsync(HttpContext context, InferenceRequest request)
    {
        Echo(context);
        RowInference.Form input = FormOf(context.Request.ContentType);
        await _rows.ReadAsync(context, request).ConfigureAwait(false);
        if (input == RowInference.Form.Instances && _rows.IsProtocol(context, request))
        {
            await _protocol.AnswerAsync(context, request, model, null).ConfigureAwait(false);
        }
        else
        {
            await _rows.AnswerAsync(context, request, input, AnswerFormOf(context, input)).ConfigureAwait(false);
        }
    }

    private static void Echo(HttpContext context)
    {
        string? attributes = context.Request.Headers[CustomAttributes];
        if (attributes is { Length: > 0 and <= MaximumAttributes } && attributes.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0)
        {
            context.Response.Headers[CustomAttributes] = attributes;
        }
    }

    private static RowInference.Form FormOf(string? contentType)
    {
        if (contentType is null)
        {
            return RowInference.Form.Instances;
        }

        return MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type) ? type.MediaType.ToString().ToLower(CultureInfo.InvariantCulture) switch
        {
            "application/json" or "application/octet-stream" => RowInference.Form.Instances,
            "application/jsonlines" or "application/x-jsonlines" or "application/jsonl" => RowInference.Form.Lines,
            "text/csv" => RowInference.Form.Csv,
            _ => throw Unsupported(contentType),
        } : throw Unsupported(contentType);
    }

    private static InferenceWireException Unsupported(string contentType) => new(
        StatusCodes.Status415UnsupportedMediaType,
        $"A body of the content type '{InferenceWireException.Show(contentType)}' is not read; send application/json, application/jsonlines or text/csv.");

    // CSV when the caller would have it at least as gladly as what he gets otherwise.
    private static RowInference.Form AnswerFormOf(HttpContext context, RowInference.Form input)
    {
        RowInference.Form usual = input == RowInference.Form.Lines ? RowInference.Form.Lines : RowInference.Form.Instances;
        if (!MediaTypeHeaderValue.TryParseList(context.Request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted))
        {
            return usual;
        }

        double csv = 0, other = 0;
        foreach (MediaTypeHeaderValue type in accepted)
        {
            double quality = type.Quality ?? 1;
            if (type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase))
            {
                csv = Math.Max(csv, quality);
            }
            else if (type.MatchesAllTypes || type.Type.Equals("application", StringComparison.OrdinalIgnoreCase))
            {
                other = Math.Max(other, quality);
            }
        }

        return csv > 0 && csv >= other ? RowInference.Form.Csv : usual;
    }
}
