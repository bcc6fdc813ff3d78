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

    /// <summary>200 without a body when the model answers, else 503; from memory, so that the limit of 2 s is never near.</summary>
    public Task PingAsync(HttpContext context)
    {
        context.Response.StatusCode = model.IsReady && !host.IsDraining ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
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
        await (input == RowInference.Form.Instances && _rows.IsProtocol(context, request)
            ? _protocol.AnswerAsync(context, request, model, null)
            : _rows.AnswerAsync(context, request, input, AnswerFormOf(context, input))).ConfigureAwait(false);
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

    private static RowInference.Form AnswerFormOf(HttpContext context, RowInference.Form input)
    {
        foreach (string? accepted in context.Request.Headers.Accept)
        {
            if (accepted?.Contains("text/csv", StringComparison.OrdinalIgnoreCase) == true)
            {
                return RowInference.Form.Csv;
            }
        }

        return input == RowInference.Form.Lines ? RowInference.Form.Lines : RowInference.Form.Instances;
    }
}
