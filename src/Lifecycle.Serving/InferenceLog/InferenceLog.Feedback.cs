using System.Buffers;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lifecycle.Serving;

public sealed partial class InferenceLog
{
    /// <summary>Most bytes of one outcome, as JSON in UTF-8: 64 KiB.</summary>
    public const int MaximumOutcomeBytes = 64 * 1024;

    /// <summary>Most outcomes of one call.</summary>
    public const int MaximumOutcomes = 10_000;

    private const int MostDepth = 64;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MostDepth };
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MostDepth, AllowDuplicateProperties = false };

    /// <summary>
    /// Stores what became of a prediction; it is durable when the call returns. The outcome that is the last one already adds nothing, a different
    /// one is added and is the last then. The request need not be logged, or not yet.
    /// </summary>
    /// <param name="model">Name under which the model is served.</param>
    /// <param name="requestId">The id of the prediction.</param>
    /// <param name="outcomeJson">Any JSON value but null, at most 64 KiB and 64 levels deep.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <exception cref="InvalidInputException">The outcome is no JSON, null, too large or too deep; or the id is empty.</exception>
    /// <exception cref="UnloggedModelException">Nobody would have the outcome: the host serves the model without <c>LogInferences</c> and without sinks, nothing is subscribed to <see cref="FeedbackStored"/>, and the workspace has no record of it.</exception>
    /// <exception cref="LifecycleStorageException">It could not be stored.</exception>
    public async ValueTask FeedbackAsync(string model, Guid requestId, string outcomeJson, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(outcomeJson);
        await StoreAsync(model, [new StoredOutcome(requestId, Compact(outcomeJson))], cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="FeedbackAsync(string, Guid, string, CancellationToken)"/>
    /// <param name="model">Name under which the model is served.</param>
    /// <param name="requestId">The id of the prediction.</param>
    /// <param name="outcome">Any JSON value but null, at most 64 KiB and 64 levels deep.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    public async ValueTask FeedbackAsync(string model, Guid requestId, JsonElement outcome, CancellationToken cancellationToken = default) =>
        await StoreAsync(model, [new StoredOutcome(requestId, Compact(outcome))], cancellationToken).ConfigureAwait(false);

    /// <inheritdoc cref="FeedbackAsync(string, Guid, string, CancellationToken)"/>
    /// <param name="model">Name under which the model is served.</param>
    /// <param name="requestId">The id of the prediction.</param>
    /// <param name="outcome">An object of the application; written as JSON.</param>
    /// <param name="type">How it is written, from a source-generated context.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    public ValueTask FeedbackAsync<T>(string model, Guid requestId, T outcome, JsonTypeInfo<T> type, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        return FeedbackAsync(model, requestId, JsonSerializer.SerializeToElement(outcome, type), cancellationToken);
    }

    /// <inheritdoc cref="FeedbackAsync(string, Guid, string, CancellationToken)"/>
    /// <param name="model">Name under which the model is served.</param>
    /// <param name="requestId">The id of the prediction.</param>
    /// <param name="outcome">An object of the application; written as JSON in the manner of the web, by reflection.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    [RequiresUnreferencedCode("The outcome is written by reflection. In a trimmed application give its JsonTypeInfo.")]
    [RequiresDynamicCode("The outcome is written by reflection. In a native application give its JsonTypeInfo.")]
    public ValueTask FeedbackAsync<T>(string model, Guid requestId, T outcome, CancellationToken cancellationToken = default) =>
        FeedbackAsync(model, requestId, JsonSerializer.SerializeToElement(outcome, JsonSerializerOptions.Web), cancellationToken);

    /// <inheritdoc cref="FeedbackAsync(string, Guid, string, CancellationToken)"/>
    /// <param name="model">Name under which the model is served.</param>
    /// <param name="requestId">The id of the prediction as text, as an answer over HTTP has it: 32 hex digits, or with hyphens.</param>
    /// <param name="outcomeJson">Any JSON value but null, at most 64 KiB and 64 levels deep.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    [OverloadResolutionPriority(-1)]
    public ValueTask FeedbackAsync(string model, string requestId, string outcomeJson, CancellationToken cancellationToken = default) =>
        FeedbackAsync(model, IdOf(requestId), outcomeJson, cancellationToken);

    /// <inheritdoc cref="FeedbackAsync(string, Guid, JsonElement, CancellationToken)"/>
    /// <param name="model">Name under which the model is served.</param>
    /// <param name="requestId">The id of the prediction as text, as an answer over HTTP has it: 32 hex digits, or with hyphens.</param>
    /// <param name="outcome">Any JSON value but null, at most 64 KiB and 64 levels deep.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    [OverloadResolutionPriority(-1)]
    public ValueTask FeedbackAsync(string model, string requestId, JsonElement outcome, CancellationToken cancellationToken = default) =>
        FeedbackAsync(model, IdOf(requestId), outcome, cancellationToken);

    /// <inheritdoc cref="FeedbackAsync{T}(string, Guid, T, JsonTypeInfo{T}, CancellationToken)"/>
    /// <param name="model">Name under which the model is served.</param>
    /// <param name="requestId">The id of the prediction as text, as an answer over HTTP has it: 32 hex digits, or with hyphens.</param>
    /// <param name="outcome">An object of the application; written as JSON.</param>
    /// <param name="type">How it is written, from a source-generated context.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    [OverloadResolutionPriority(-1)]
    public ValueTask FeedbackAsync<T>(string model, string requestId, T outcome, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        FeedbackAsync(model, IdOf(requestId), outcome, type, cancellationToken);

    /// <inheritdoc cref="FeedbackAsync{T}(string, Guid, T, CancellationToken)"/>
    /// <param name="model">Name under which the model is served.</param>
    /// <param name="requestId">The id of the prediction as text, as an answer over HTTP has it: 32 hex digits, or with hyphens.</param>
    /// <param name="outcome">An object of the application; written as JSON in the manner of the web, by reflection.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    [RequiresUnreferencedCode("The outcome is written by reflection. In a trimmed application give its JsonTypeInfo.")]
    [RequiresDynamicCode("The outcome is written by reflection. In a native application give its JsonTypeInfo.")]
    [OverloadResolutionPriority(-1)]
    public ValueTask FeedbackAsync<T>(string model, string requestId, T outcome, CancellationToken cancellationToken = default) =>
        FeedbackAsync(model, IdOf(requestId), outcome, cancellationToken);

    /// <summary>Stores what became of many predictions, all of them or none.</summary>
    /// <param name="model">Name under which the model is served.</param>
    /// <param name="outcomes">At most 10,000; of two of one request the later wins.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <returns>Outcomes that are stored now, those that were there already among them.</returns>
    /// <exception cref="InvalidInputException">One is wrong, and the message says which; or there are too many. None is stored.</exception>
    /// <exception cref="UnloggedModelException">Nobody would have the outcome: the host serves the model without <c>LogInferences</c> and without sinks, nothing is subscribed to <see cref="FeedbackStored"/>, and the workspace has no record of it.</exception>
    /// <exception cref="LifecycleStorageException">They could not be stored.</exception>
    public async ValueTask<int> FeedbackAsync(string model, IReadOnlyList<InferenceOutcome> outcomes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        if (outcomes.Count > MaximumOutcomes)
        {
            throw new InvalidInputException($"{outcomes.Count} outcomes came at once; send at most {MaximumOutcomes}.");
        }

        StoredOutcome[] stored = new StoredOutcome[outcomes.Count];
        for (int i = 0; i < stored.Length; i++)
        {
            try
            {
                stored[i] = new StoredOutcome(RequireId(outcomes[i].RequestId), Compact(outcomes[i].Outcome));
            }
            catch (InvalidInputException error)
            {
                throw new InvalidInputException($"Outcome {i} of {stored.Length}: {error.Message}");
            }
        }

        await StoreAsync(model, stored, cancellationToken).ConfigureAwait(false);
        return stored.Length;
    }

    private static Guid IdOf(string requestId)
    {
        ArgumentNullException.ThrowIfNull(requestId);
        return Guid.TryParse(requestId, out Guid id)
            ? id
            : throw new InvalidInputException($"The request id of the outcome, a text of {requestId.Length} characters, is no UUID; give the one that the prediction was answered with.");
    }

    private static Guid RequireId(Guid requestId) => requestId != Guid.Empty
        ? requestId
        : throw new InvalidInputException("The request id of the outcome is empty; give the one that the prediction was answered with.");

    private static string Compact(string json)
    {
        if (json.Length > MaximumOutcomeBytes)
        {
            throw TooLarge(json.Length);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Strict);
            return Compact(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new InvalidInputException($"The outcome is no JSON: {Phrase.Of(error.Message)}. A text is JSON in quotes: \"repaid\".");
        }
    }

    private static string Compact(JsonElement outcome)
    {
        if (outcome.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            throw new InvalidInputException("The outcome is null, which tells nothing; give a JSON value.");
        }

        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Plain))
        {
            try
            {
                outcome.WriteTo(writer);
            }
            catch (Exception error) when (error is InvalidOperationException or ArgumentException)
            {
                throw new InvalidInputException($"The outcome is no JSON in Unicode of at most {MostDepth} levels: {error.Message}");
            }
        }

        return buffer.WrittenCount <= MaximumOutcomeBytes ? Encoding.UTF8.GetString(buffer.WrittenSpan) : throw TooLarge(buffer.WrittenCount);
    }

    private static InvalidInputException TooLarge(int bytes) =>
        new($"The outcome has {bytes} bytes; at most {MaximumOutcomeBytes} are stored. Keep what is large elsewhere and name it in the outcome.");

    private async ValueTask StoreAsync(string model, StoredOutcome[] outcomes, CancellationToken cancellationToken)
    {
        ResourceName.Require(model, "served model");
        foreach (StoredOutcome outcome in outcomes)
        {
            RequireId(outcome.RequestId);
        }

        List<StoredOutcome> added;
        try
        {
            if (FeedbackStored is null && IsUnwatched?.Invoke(model) == true && !await HasRecordsAsync(model, cancellationToken).ConfigureAwait(false))
            {
                throw new UnloggedModelException(model);
            }

            if (outcomes.Length == 0)
            {
                return;
            }

            await _storage.ReadyAsync(cancellationToken).ConfigureAwait(false);
            added = await _storage.Database.WriteAsync(
                (transaction, token) => FeedbackRows.AddAsync(transaction, model, outcomes, _storage.Time.GetUtcNow(), _storage.Actor.Actor, token),
                cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (DbException error)
        {
            // Tables are made once a process: they are gone when the workspace was deleted or replaced under it.
            throw new LifecycleStorageException(
                "database", "feedback", "serving_feedback",
                $"The outcomes of '{model}' could not be stored ({error.Message}). Was the workspace deleted or replaced while the process runs? Start the process again.",
                innerException: error);
        }

        ServingMeter.FeedbackReceived(model, outcomes.Length);
        foreach (StoredOutcome outcome in added)
        {
            Tell(model, outcome);
        }
    }

    private void Tell(string model, in StoredOutcome outcome)
    {
        Tell(Sinks, model, outcome);
        foreach (Action<string, Guid, string> handler in Delegate.EnumerateInvocationList(FeedbackStored))
        {
            Tell(handler, model, outcome);
        }
    }

    private void Tell(Action<string, Guid, string>? handler, string model, in StoredOutcome outcome)
    {
        try
        {
            handler?.Invoke(model, outcome.RequestId, outcome.Json);
        }
        catch (Exception error)
        {
            ServingLog.FeedbackHandlerFailed(_storage.Logger, error, model);
        }
    }
}

/// <summary>What became of a prediction.</summary>
/// <param name="RequestId">The id of the prediction.</param>
/// <param name="Outcome">Any JSON value but null, at most 64 KiB and 64 levels deep.</param>
public readonly record struct InferenceOutcome(Guid RequestId, JsonElement Outcome);
