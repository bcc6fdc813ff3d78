using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary><c>POST .../infer</c>: a request of the protocol in, a response out. Memory of a request is used again by the next one of the same model.</summary>
internal sealed class InferEndpoint(ModelHost host, OpenInferenceOptions options)
{
    /// <summary>The request id of the answer, 32 hex digits.</summary>
    public const string RequestId = "Lifecycle-Request-Id";

    /// <summary>The version that answered.</summary>
    public const string ModelVersion = "Lifecycle-Model-Version";

    /// <summary>Equal keys go to the same arm of a split.</summary>
    public const string RoutingKey = "Lifecycle-Routing-Key";

    private readonly InferenceRequestReader _reader = new(options);
    private readonly ConcurrentDictionary<string, InferenceRequestPool> _pools = new(StringComparer.Ordinal);

    public Task HandleAsync(HttpContext context) => HandleAsync(context, Named(context, "model"), Optional(context, "version"));

    /// <summary>Asks and answers for a request whose body was read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask AnswerAsync(HttpContext context, InferenceRequest request, ServedModel model, string? version)
    {
        ReadyVersion? found = model.Find(version);
        if (found is null && !model.IsReady && !model.Deployment.IsStopped)
        {
            throw NotReady(model);
        }

        _reader.Read(request, context.Request.Headers[InferenceRequestReader.HeaderLength], found?.Signature);
        if (found is not null)
        {
            request.CheckOutputs(found.Signature);
        }

        InferenceStamp stamp;
        try
        {
            stamp = await model.InferAsync(
                request.Inputs, request.Outputs, request.ToOptions(version, Key(context)), context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidInputException) when (model.Deployment.IsStopped)
        {
            throw Stopped(model);
        }

        if (stamp.Role == InferenceRole.Fallback && !request.IsAnswered(found?.Signature))
        {
            throw Stopped(model);
        }

        if (found?.Version != stamp.Version)
        {
            found = model.Find(stamp.Version);
        }

        await WriteAsync(context, request, model, stamp, found?.Signature).ConfigureAwait(false);
    }

    private Task HandleAsync(HttpContext context, string name, string? version)
    {
        ServedModel model;
        try
        {
            model = host.Model(name);
            if (version is not null && model.IsReady && model.Find(version) is null)
            {
                throw new UnknownModelException(model.Name, version, model.ReadyVersions);
            }
        }
        catch (UnknownModelException error)
        {
            return WireErrors.WriteAsync(context, StatusCodes.Status404NotFound, error.Message);
        }

        return _pools.GetOrAdd(name, static _ => new InferenceRequestPool()).AnswerAsync(
            context,
            (Endpoint: this, Model: model, Version: version),
            static (context, request, call) => call.Endpoint.ReadAndAnswerAsync(context, request, call.Model, call.Version));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadAndAnswerAsync(HttpContext context, InferenceRequest request, ServedModel model, string? version)
    {
        BodyReader.CheckContentType(context.Request.ContentType);
        await BodyReader.ReadAsync(
            context.Request.BodyReader, context.Request.Headers.ContentEncoding, context.Request.ContentLength, options.MaxBodyBytes, request.Body,
            context.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(context, request, model, version).ConfigureAwait(false);
    }

    /// <summary>The error of a model without a version that answers.</summary>
    public static PredictionRejectedException NotReady(ServedModel model) => new(
        RejectionReason.NotReady, $"The model '{model.Name}' is not ready ({model.State}): {model.Reason ?? "it is on its way"}.", TimeSpan.FromSeconds(1));

    /// <summary>The error of a stopped model whose fallback has other tensors than the model.</summary>
    public static PredictionRejectedException Stopped(ServedModel model) => new(
        RejectionReason.Stopped,
        $"The model '{model.Name}' is stopped: {model.Deployment.StopReason?.TrimEnd('.') ?? "it was a moment ago"}, and its fallback has other tensors. Call it by its types, or wait for Deployments.ResumeAsync.",
        TimeSpan.FromSeconds(1));

    /// <summary>A part of the route.</summary>
    public static string Named(HttpContext context, string part) => (string)context.Request.RouteValues[part]!;

    /// <summary>A part of the route that may be missing.</summary>
    public static string? Optional(HttpContext context, string part) => context.Request.RouteValues[part] as string;

    /// <summary>The routing key of the header; null when it is empty, or all callers with nothing to say would have one key.</summary>
    /// <exception cref="InferenceWireException">It is too long.</exception>
    public static string? Key(HttpContext context)
    {
        string? key = context.Request.Headers[RoutingKey];
        return string.IsNullOrEmpty(key) ? null
            : key.Length <= PredictionOptions.MaximumRoutingKey ? key
            : throw InferenceWireException.Bad($"The header {RoutingKey} has {key.Length} characters; at most {PredictionOptions.MaximumRoutingKey} are taken.");
    }

    /// <summary>Says in headers which version answered under which id.</summary>
    public static void Stamp(HttpContext context, in InferenceStamp stamp)
    {
        context.Response.Headers[RequestId] = stamp.RequestId.ToString("N");
        context.Response.Headers[ModelVersion] = stamp.Version;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(HttpContext context, InferenceRequest request, ServedModel model, InferenceStamp stamp, TensorSignature? signature)
    {
        InferenceResponseWriter response = request.Response;
        response.Write(request, model.Name, stamp.Version, request.Outputs, signature, options.Dialect);
        Stamp(context, stamp);
        context.Response.ContentType = response.ContentType;
        context.Response.ContentLength = response.ContentLength;
        if (response.HeaderLength is { } header)
        {
            context.Response.Headers[InferenceRequestReader.HeaderLength] = header.ToString(CultureInfo.InvariantCulture);
        }

        response.CopyTo(context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
