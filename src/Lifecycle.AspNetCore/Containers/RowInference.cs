using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Rows in, predictions out, in the forms of the container platforms: JSON instances, JSON lines, CSV.</summary>
internal sealed class RowInference(ServedModel model, OpenInferenceOptions options)
{
    private readonly InstanceRows _rows = new(options);
    private readonly InferenceRequestPool _pool = new();

    /// <summary>A form of rows.</summary>
    public enum Form
    {
        /// <summary><c>{"instances":[..]}</c> and <c>{"predictions":[..]}</c>.</summary>
        Instances,

        /// <summary>One JSON value a line.</summary>
        Lines,

        /// <summary>One row of comma-separated values a line, without a header.</summary>
        Csv,
    }

    /// <summary>Whether a body that was read has binary tensors or is JSON without <c>instances</c>: a request of the Open Inference Protocol.</summary>
    public bool IsProtocol(HttpContext context, InferenceRequest request) =>
        context.Request.Headers.ContainsKey(InferenceRequestReader.HeaderLength) || !_rows.HasInstances(request);

    /// <inheritdoc cref="InferenceRequestPool.AnswerAsync"/>
    public Task CallAsync<TState>(HttpContext context, TState state, Func<HttpContext, InferenceRequest, TState, ValueTask> answer) =>
        _pool.AnswerAsync(context, state, answer);

    /// <summary>Reads the body into a request.</summary>
    public ValueTask ReadAsync(HttpContext context, InferenceRequest request) => BodyReader.ReadAsync(
        context.Request.BodyReader, context.Request.Headers.ContentEncoding, context.Request.ContentLength, options.MaxBodyBytes, request.Body, context.RequestAborted);

    /// <summary>Asks the model for the rows of a body that was read, and answers.</summary>
    public async ValueTask AnswerAsync(HttpContext context, InferenceRequest request, Form input, Form output)
    {
        TensorSignature signature = model.Find()?.Signature ?? throw InferEndpoint.NotReady(model);
        int rows = input switch
        {
            Form.Lines => _rows.ReadJsonLines(request, signature),
            Form.Csv => _rows.ReadCsv(request, signature),
            _ => _rows.ReadJson(request, signature),
        };
        PredictionOptions call = new() { RoutingKey = InferEndpoint.Key(context) };
        InferenceStamp stamp;
        try
        {
            stamp = await model.InferAsync(request.Inputs, request.Outputs, call, context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidInputException) when (model.Deployment.IsStopped)
        {
            throw InferEndpoint.Stopped(model);
        }

        if (stamp.Role == InferenceRole.Fallback && !request.IsAnswered(signature))
        {
            throw InferEndpoint.Stopped(model);
        }

        signature = model.Find(stamp.Version)?.Signature ?? signature;
        using PooledBytes body = new();
        (context.Response.ContentType, Action<TensorSet, TensorSignature, int, PooledBytes> write) = output switch
        {
            Form.Lines => ("application/jsonlines", PredictionRows.WriteJsonLines),
            Form.Csv => ("text/csv", PredictionRows.WriteCsv),
            _ => ("application/json", (Action<TensorSet, TensorSignature, int, PooledBytes>)PredictionRows.WriteJson),
        };
        write(request.Outputs, signature, rows, body);
        InferEndpoint.Stamp(context, stamp);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.Memory, context.RequestAborted).ConfigureAwait(false);
    }
}
