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

/// <summary>JSON in, JSON out for one typed model. The types are written and read as the application's JSON options say.</summary>
internal sealed class PredictionEndpoint<
    [DynamicallyAccessedMembers(PredictionTypes.Members)] TIn,
    [DynamicallyAccessedMembers(PredictionTypes.Members)] TOut>
{
    private readonly Predictor<TIn, TOut> _predictor;
    private readonly JsonTypeInfo<TIn> _input;
    private readonly JsonTypeInfo<TOut> _output;

    private PredictionEndpoint(Predictor<TIn, TOut> predictor, JsonSerializerOptions options)
    {
        _predictor = predictor;
        // A misspelt field must not become a zero that the model answers with confidence.
        JsonSerializerOptions strict = new(options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };
        _input = (JsonTypeInfo<TIn>)strict.GetTypeInfo(typeof(TIn));
        _output = (JsonTypeInfo<TOut>)options.GetTypeInfo(typeof(TOut));
    }

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string pattern, Predictor<TIn, TOut> predictor)
    {
        JsonSerializerOptions options = endpoints.ServiceProvider.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return endpoints.MapPost(pattern, new PredictionEndpoint<TIn, TOut>(predictor, options).HandleAsync)
            .WithMetadata(LifecycleVerb.Infer)
            .WithMetadata(new AcceptsMetadata(["application/json"], typeof(TIn)))
            .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(TOut), ["application/json"]))
            .WithName("predict-" + predictor.Model.Name + pattern.Replace('/', '-'));
    }

    private async Task HandleAsync(HttpContext context)
    {
        JsonDocument body;
        try
        {
            body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException error)
        {
            await Problems.BadRequestAsync(context, $"The body is not JSON: {error.Message}").ConfigureAwait(false);
            return;
        }
        catch (BadHttpRequestException error)
        {
            await Problems.WriteAsync(context, error.StatusCode, "The request was refused", error.Message).ConfigureAwait(false);
            return;
        }

        using (body)
        {
            await AnswerAsync(context, body.RootElement).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext context, JsonElement body)
    {
        List<Prediction<TOut>> answers = [];
        bool isArray = body.ValueKind == JsonValueKind.Array;
        try
        {
            if (isArray)
            {
                foreach (JsonElement row in body.EnumerateArray())
                {
                    answers.Add(await PredictAsync(row, context.RequestAborted).ConfigureAwait(false));
                }
            }
            else
            {
                answers.Add(await PredictAsync(body, context.RequestAborted).ConfigureAwait(false));
            }
        }
        catch (Exception error) when (error is JsonException or InvalidInputException)
        {
            string where = isArray ? $"row {answers.Count}: " : "";
            await Problems.BadRequestAsync(context, $"{where}{error.Message} Send {Shape(isArray)}.").ConfigureAwait(false);
            return;
        }
        catch (PredictionRejectedException error)
        {
            context.Response.Headers.RetryAfter = "1";
            await Problems.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "The model is not ready", error.Message).ConfigureAwait(false);
            return;
        }
        catch (PredictionFailedException error)
        {
            // What the model said stays in the log: it may hold what nobody outside should read.
            await Problems.WriteAsync(
                context, StatusCodes.Status500InternalServerError, "The model failed", $"The model '{_predictor.Model.Name}' failed ({error.InnerException?.GetType().Name}).").ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers["Lifecycle-Model-Version"] = string.Join(',', answers.Select(a => a.Version).Distinct());
        if (!isArray)
        {
            context.Response.Headers["Lifecycle-Request-Id"] = answers[0].RequestId.ToString("N");
        }

        Utf8JsonWriter writer = new(context.Response.BodyWriter);
        await using (writer.ConfigureAwait(false))
        {
            Write(writer, answers, isArray);
        }
    }

    private ValueTask<Prediction<TOut>> PredictAsync(JsonElement row, CancellationToken cancellationToken)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"A row is a JSON object, not {row.ValueKind}.");
        }

        TIn input = row.Deserialize(_input) ?? throw new JsonException("A row is null.");
        return _predictor.PredictAsync(input, cancellationToken);
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

    private string Shape(bool isArray)
    {
        string fields = string.Join(", ", _input.Properties.Select(p => $"\"{p.Name}\": {p.PropertyType.Name}"));
        return isArray ? $"[{{{fields}}}, ...]" : $"{{{fields}}}";
    }
}
