using System.Text.Json;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Triton's repository extension: which versions there are, load, unload. Code is never taken over HTTP.</summary>
internal sealed class ModelRepository(ModelHost host, OpenInferenceOptions options)
{
    /// <summary>Every version of every model, with its state.</summary>
    public async Task IndexAsync(HttpContext context)
    {
        using PooledBytes body = new();
        bool readyOnly;
        List<(string Model, IReadOnlyList<string> Known)> models = [];
        try
        {
            readyOnly = await ParametersAsync(context, body).ConfigureAwait(false) is { } root
                && root.TryGetProperty("ready", out JsonElement ready) && ready.ValueKind == JsonValueKind.True;
            foreach (ServedModel model in host.Models)
            {
                models.Add((model.Name, await KnownAsync(model, context.RequestAborted).ConfigureAwait(false)));
            }
        }
        catch (Exception error) when (WireErrors.Of(error) is not null)
        {
            await WireErrors.TryWriteAsync(context, error).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        Utf8JsonWriter writer = new(context.Response.BodyWriter);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartArray();
            foreach ((string name, IReadOnlyList<string> known) in models)
            {
                Write(writer, host.Model(name), known, readyOnly);
            }

            writer.WriteEndArray();
        }
    }

    /// <summary>Resolves and loads anew; answers when the model is ready.</summary>
    public Task LoadAsync(HttpContext context) => ChangeAsync(context, async model =>
    {
        try
        {
            await model.LoadAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (PredictionRejectedException error)
        {
            throw new InferenceWireException(StatusCodes.Status400BadRequest, error.Message);
        }
    });

    /// <summary>This process answers no more for the model.</summary>
    public Task UnloadAsync(HttpContext context) => ChangeAsync(context, model =>
    {
        model.Unload();
        return ValueTask.CompletedTask;
    });

    private static async ValueTask<IReadOnlyList<string>> KnownAsync(ServedModel model, CancellationToken cancellationToken)
    {
        try
        {
            return await model.ListVersionsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // A source that is away or fails, in whatever way, hides what is not loaded; what is loaded is listed all the same.
            return [];
        }
    }

    private static void Write(Utf8JsonWriter writer, ServedModel model, IReadOnlyList<string> known, bool readyOnly)
    {
        HashSet<string> listed = [];
        string? stopped = model.Deployment.StopReason is { } why && !model.HasFallback ? $"stopped: {why}" : null;
        foreach (VersionStatus status in model.Versions)
        {
            bool isReady = status.State == VersionState.Ready;
            if (!listed.Add(status.Version) || (readyOnly && (!isReady || stopped is not null)))
            {
                continue;
            }

            if (isReady && stopped is not null)
            {
                Write(writer, model.Name, status.Version, "UNAVAILABLE", stopped);
            }
            else
            {
                Write(writer, model.Name, status.Version, StateOf(status.State), isReady ? "" : status.Reason ?? ReasonOf(status.State));
            }
        }

        foreach (string version in readyOnly ? [] : known.Reverse().Where(listed.Add))
        {
            Write(writer, model.Name, version, "UNAVAILABLE", "not loaded");
        }

        if (listed.Count == 0 && !readyOnly)
        {
            Write(writer, model.Name, "", "UNAVAILABLE", model.Reason ?? "no version was found yet");
        }
    }

    private static void Write(Utf8JsonWriter writer, string model, string version, string state, string reason)
    {
        writer.WriteStartObject();
        writer.WriteString("name", model);
        writer.WriteString("version", version);
        writer.WriteString("state", state);
        writer.WriteString("reason", reason);
        writer.WriteEndObject();
    }

    private static string StateOf(VersionState state) => state switch
    {
        VersionState.Found or VersionState.Verifying or VersionState.Loading or VersionState.Warming => "LOADING",
        VersionState.Ready => "READY",
        VersionState.Draining => "UNLOADING",
        _ => "UNAVAILABLE",
    };

    private static string ReasonOf(VersionState state) => state switch
    {
        VersionState.Retired => "unloaded",
        VersionState.Draining => "another version answers",
        _ => state.ToString(),
    };

    private async Task ChangeAsync(HttpContext context, Func<ServedModel, ValueTask> change)
    {
        try
        {
            ServedModel model = host.Model(InferEndpoint.Named(context, "model"));
            using PooledBytes body = new();
            if (await ParametersAsync(context, body).ConfigureAwait(false) is { } root && root.TryGetProperty("parameters", out JsonElement parameters)
                && parameters.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty parameter in parameters.EnumerateObject())
                {
                    if (parameter.Name == "config" || parameter.Name.StartsWith("file:", StringComparison.Ordinal))
                    {
                        throw InferenceWireException.Unsupported(
                            $"The parameter '{InferenceWireException.Show(parameter.Name)}' would upload code or its configuration; models come from the registry or a folder of this host.");
                    }
                }
            }

            await change(model).ConfigureAwait(false);
            context.Response.ContentLength = 0;
        }
        catch (Exception error)
        {
            if (!await WireErrors.TryWriteAsync(context, error).ConfigureAwait(false))
            {
                throw;
            }
        }
    }

    /// <summary>The body as JSON; null when it is empty.</summary>
    private async ValueTask<JsonElement?> ParametersAsync(HttpContext context, PooledBytes body)
    {
        using JsonDocument? document = await BodyDocument.ReadAsync(context, options, body, options.MaxJsonDepth).ConfigureAwait(false);
        return document is null ? null
            : document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone()
            : throw InferenceWireException.Bad("The body is no JSON object; send {} or nothing.");
    }
}
