using System.Text.Json;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>
/// <c>POST /lifecycle/models/{model}/feedback</c>: what became of predictions, one object or an array of
/// <c>{"request_id": "...", "outcome": ...}</c>. All of a body is stored, or nothing.
/// </summary>
internal sealed class FeedbackEndpoint(ModelHost host, OpenInferenceOptions options)
{
    // An outcome may have 64 levels; the object around it and the array around that are two more.
    private const int MostDepth = 66;

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context, host.Model(InferEndpoint.Named(context, "model")), Log()).ConfigureAwait(false);
        }
        catch (LifecycleStorageException error)
        {
            // The message may name folders and tables of this host; it is in the log of the storage.
            WireErrors.RetryAfter(context, error);
            await WireErrors.WriteAsync(
                context, StatusCodes.Status503ServiceUnavailable, "The outcomes could not be stored, and none of them was; send all of them again later.").ConfigureAwait(false);
        }
        catch (Exception error)
        {
            if (!await WireErrors.TryWriteAsync(context, error).ConfigureAwait(false))
            {
                throw;
            }
        }
    }

    private async Task AnswerAsync(HttpContext context, ServedModel model, InferenceLog log)
    {
        using PooledBytes body = new();
        using JsonDocument document = await BodyDocument.ReadAsync(context, options, body, MostDepth).ConfigureAwait(false)
            ?? throw InferenceWireException.Bad("The body is empty; send {\"request_id\":\"...\",\"outcome\":...} or an array of such objects.");
        InferenceOutcome[] outcomes = Outcomes(document.RootElement);
        int accepted;
        try
        {
            accepted = await log.FeedbackAsync(model.Name, outcomes, context.RequestAborted).ConfigureAwait(false);
        }
        catch (UnloggedModelException error)
        {
            throw new InferenceWireException(StatusCodes.Status409Conflict, error.Message);
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await JsonBody.WriteAsync(context, writer => writer.WriteNumber("accepted", accepted)).ConfigureAwait(false);
    }

    private InferenceLog Log()
    {
        try
        {
            return host.InferenceLog;
        }
        catch (LifecycleException error)
        {
            throw InferenceWireException.Unsupported(error.Message);
        }
    }

    private static InferenceOutcome[] Outcomes(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Object)
        {
            return [Outcome(body, "The outcome")];
        }

        if (body.ValueKind != JsonValueKind.Array)
        {
            throw InferenceWireException.Bad($"The body is {JsonWords.Came(body.ValueKind)}; send an object with \"request_id\" and \"outcome\", or an array of such objects.");
        }

        int count = body.GetArrayLength();
        if (count > InferenceLog.MaximumOutcomes)
        {
            throw InferenceWireException.Bad($"The array has {count} outcomes; a request has at most {InferenceLog.MaximumOutcomes}.");
        }

        InferenceOutcome[] outcomes = new InferenceOutcome[count];
        int next = 0;
        foreach (JsonElement element in body.EnumerateArray())
        {
            outcomes[next] = Outcome(element, $"Outcome {next} of {count}");
            next++;
        }

        return outcomes;
    }

    private static InferenceOutcome Outcome(JsonElement element, string place)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw InferenceWireException.Bad($"{place} is {JsonWords.Came(element.ValueKind)}; send an object with \"request_id\" and \"outcome\".");
        }

        bool isLong = element.TryGetProperty("request_id", out JsonElement id);
        if (element.TryGetProperty("id", out JsonElement shortId))
        {
            id = isLong ? throw InferenceWireException.Bad($"{place} has both \"request_id\" and \"id\"; send one of them.") : shortId;
        }
        else if (!isLong)
        {
            throw InferenceWireException.Bad($"{place} has no \"request_id\"; send what the prediction was answered with in {InferEndpoint.RequestId}.");
        }

        if (id.ValueKind != JsonValueKind.String || !Guid.TryParse(id.GetRawText().AsSpan().Trim('"'), out Guid requestId) || requestId == Guid.Empty)
        {
            throw InferenceWireException.Bad(
                $"{place} has the request id {InferenceWireException.Show(id.GetRawText())}, which is no UUID; send what the prediction was answered with in {InferEndpoint.RequestId}.");
        }

        return element.TryGetProperty("outcome", out JsonElement outcome)
            ? new InferenceOutcome(requestId, outcome)
            : throw InferenceWireException.Bad($"{place} has no \"outcome\"; send any JSON value but null.");
    }
}
