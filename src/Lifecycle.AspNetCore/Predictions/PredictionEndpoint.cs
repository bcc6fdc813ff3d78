using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Lifecycle.AspNetCore;

/// <summary>
/// JSON in, JSON out for one typed model. The types are written and read as the application's JSON options say; beyond them, numbers of an answer that are not finite
/// are the strings of the Open Inference Protocol.
/// </summary>
internal sealed class PredictionEndpoint<
    [DynamicallyAccessedMembers(PredictionTypes.Members)] TIn,
    [DynamicallyAccessedMembers(PredictionTypes.Members)] TOut>
{
    private readonly Predictor<TIn, TOut> _predictor;
    private readonly RowReader<TIn> _rows;
    private readonly JsonTypeInfo<TOut> _output;
    private readonly OpenInferenceOptions _limits;

    private PredictionEndpoint(Predictor<TIn, TOut> predictor, JsonSerializerOptions options, OpenInferenceOptions limits)
    {
        _predictor = predictor;
        _limits = limits;
        _rows = new RowReader<TIn>(options, limits.MaxJsonDepth, limits.StrictTypedRows);
        JsonSerializerOptions named = new(options) { NumberHandling = options.NumberHandling | JsonNumberHandling.AllowNamedFloatingPointLiterals };
        _output = (JsonTypeInfo<TOut>)named.GetTypeInfo(typeof(TOut));
    }

    /// <summary>Maps the endpoint.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route.</param>
    /// <param name="name">Name of the endpoint; no two may have the same.</param>
    /// <param name="predictor">Answers.</param>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string pattern, string name, Predictor<TIn, TOut> predictor)
    {
        JsonSerializerOptions json = endpoints.ServiceProvider.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        OpenInferenceOptions limits = endpoints.ServiceProvider.GetRequiredService<IOptions<OpenInferenceOptions>>().Value;
        RequestDelegate handler = new PredictionEndpoint<TIn, TOut>(predictor, json, limits).HandleAsync;
        IEndpointConventionBuilder route = endpoints.MapPost(pattern, handler)
            .WithMetadata(LifecycleVerb.Infer)

            // API descriptions are made of endpoints that say their method.
            .WithMetadata(handler.Method)
            .WithMetadata(new TagsAttribute("predictions"))
            .WithMetadata(new AcceptsMetadata(["application/json"], typeof(TIn)))
            .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(TOut), ["application/json"]));
        foreach (int status in Problems.Statuses)
        {
            route.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), ["application/problem+json"]));
        }

        return PredictionRefusals.Map(endpoints, pattern, route.WithName(name), handler);
    }

    private async Task HandleAsync(HttpContext context)
    {
        using PooledBytes body = new(), answer = new();
        List<Prediction<TOut>> answers = [];
        bool isArray = false;
        try
        {
            BodyReader.CheckContentType(context.Request.ContentType);
            await BodyReader.ReadAsync(
                context.Request.BodyReader, context.Request.Headers.ContentEncoding, context.Request.ContentLength, _limits.MaxBodyBytes, body,
                context.RequestAborted).ConfigureAwait(false);
            ReadOnlyMemory<byte> json = JsonCursor.Unmarked(body.Memory);
            if (json.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            {
                throw new JsonException("The body is empty.");
            }

            using JsonDocument document = BodyDocument.Parse(json, _limits.MaxJsonDepth);
            isArray = document.RootElement.ValueKind == JsonValueKind.Array;
            await AnswerAsync(context, document.RootElement, isArray, FiniteNumbers.MayLack(json.Span, _limits.MaxJsonDepth), answers).ConfigureAwait(false);
            Write(answer, answers, isArray);
            await SendAsync(context, answer, answers, isArray).ConfigureAwait(false);
        }
        catch (Exception error) when (error is JsonException or InvalidInputException)
        {
            string where = isArray ? $"row {answers.Count}: " : "";
            await Problems.BadRequestAsync(context, $"{where}{error.Message} Send {(isArray ? $"[{_rows.Shape}, ...]" : _rows.Shape)}.").ConfigureAwait(false);
        }
        catch (Exception error)
        {
            if (!await Problems.TryWriteAsync(context, error).ConfigureAwait(false))
            {
                throw;
            }
        }
    }

    private async Task AnswerAsync(HttpContext context, JsonElement body, bool isArray, bool hasLargeNumbers, List<Prediction<TOut>> answers)
    {
        PredictionOptions options = new() { RoutingKey = InferEndpoint.Key(context) };
        if (!isArray)
        {
            answers.Add(await _predictor.PredictAsync(_rows.Read(body, hasLargeNumbers), options, context.RequestAborted).ConfigureAwait(false));
            return;
        }

        int rows = body.GetArrayLength();
        if (rows > _limits.MaxRows)
        {
            throw InferenceWireException.Bad($"The body has {rows} rows; at most {_limits.MaxRows} are taken in one request.");
        }

        foreach (JsonElement row in body.EnumerateArray())
        {
            answers.Add(await _predictor.PredictAsync(_rows.Read(row, hasLargeNumbers), options, context.RequestAborted).ConfigureAwait(false));
        }
    }

    private static async ValueTask SendAsync(HttpContext context, PooledBytes body, List<Prediction<TOut>> answers, bool isArray)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers[InferEndpoint.ModelVersion] = string.Join(',', answers.Select(a => a.Version).Distinct());
        if (!isArray)
        {
            context.Response.Headers[InferEndpoint.RequestId] = answers[0].RequestId.ToString("N");
        }

        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.Memory, context.RequestAborted).ConfigureAwait(false);
    }

    // The answer is whole before its first byte is sent: what cannot be written is an error, and no half of an answer.
    private void Write(PooledBytes body, List<Prediction<TOut>> answers, bool isArray)
    {
        try
        {
            using Utf8JsonWriter writer = new(body);
            Write(writer, answers, isArray);
        }
        catch (Exception error)
        {
            throw new InferenceWireException(
                StatusCodes.Status500InternalServerError,
                $"The answer of the model '{_predictor.Model.Name}' cannot be written as JSON ({error.GetType().Name}); mend its type {typeof(TOut).Name} or how the application writes it.");
        }
    }

    private void Write(Utf8JsonWriter writer, List<Prediction<TOut>> answers, bool isArray)
    {
        if (isArray)
        {
            writer.WriteStartArray();
        }

        foreach (Prediction<TOut> answer in answers)
        {
            JsonSerializer.Serialize(writer, answer.Value, _output);
        }

        if (isArray)
        {
            writer.WriteEndArray();
        }
    }
}
