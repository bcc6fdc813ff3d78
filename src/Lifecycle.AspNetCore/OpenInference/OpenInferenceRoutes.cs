using System.Reflection;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lifecycle.AspNetCore;

/// <summary>The Open Inference Protocol V2 over REST, with Triton's extensions for binary tensors, repository, configuration, statistics and priorities.</summary>
internal sealed class OpenInferenceRoutes
{
    private static readonly string[] Extensions = ["binary_tensor_data", "model_repository", "model_configuration", "statistics", "schedule_policy"];

    private static readonly string[] NotDone =
    [
        "/v2/systemsharedmemory/{**rest}", "/v2/cudasharedmemory/{**rest}", "/v2/trace/{**rest}", "/v2/logging",
        "/v2/models/{model}/trace/{**rest}", "/v2/models/{model}/generate", "/v2/models/{model}/generate_stream",
        "/v2/models/{model}/versions/{version}/generate", "/v2/models/{model}/versions/{version}/generate_stream",
    ];

    private readonly ModelHost? _host;
    private readonly OpenInferenceOptions _options;

    private OpenInferenceRoutes(ModelHost? host, OpenInferenceOptions options)
    {
        _host = host;
        _options = options;
    }

    /// <summary>Maps the protocol; without a host only health and the name of the server.</summary>
    public static OpenInferenceEndpoints Map(RouteGroupBuilder all, ModelHost? host, OpenInferenceOptions options, IServiceProvider services)
    {
        options.Check();
        RouteGroupBuilder infer = all.MapGroup(""), observe = all.MapGroup(""), admin = all.MapGroup("");
        infer.WithMetadata(LifecycleVerb.Infer);
        observe.WithMetadata(LifecycleVerb.Read);
        admin.WithMetadata(LifecycleVerb.Administer);
        options.Admin.Guard(admin, services);
        OpenInferenceRoutes routes = new(host, options);
        routes.MapServer(observe);
        if (host is not null)
        {
            routes.MapModels(observe, host);
            InferEndpoint endpoint = new(host, options);
            infer.MapPost("/v2/models/{model}/infer", endpoint.HandleAsync);
            infer.MapPost("/v2/models/{model}/versions/{version}/infer", endpoint.HandleAsync);
            ModelRepository repository = new(host, options);
            foreach (string prefix in new[] { "/v2/repository", "/v2/repository/{repository}" })
            {
                observe.MapPost(prefix + "/index", repository.IndexAsync);
                admin.MapPost(prefix + "/models/{model}/load", repository.LoadAsync);
                admin.MapPost(prefix + "/models/{model}/unload", repository.UnloadAsync);
            }

            foreach (string pattern in NotDone)
            {
                observe.Map(pattern, NotDoneAsync);
            }
        }

        return new OpenInferenceEndpoints(all, infer, observe, admin);
    }

    private void MapServer(RouteGroupBuilder observe)
    {
        observe.MapGet("/v2", ServerAsync);
        observe.MapGet("/v2/health/live", LiveAsync);
        observe.MapGet("/v2/health/ready", ReadyAsync);
    }

    private void MapModels(RouteGroupBuilder observe, ModelHost host)
    {
        observe.MapGet("/v2/models", context => ModelEndpoints.NamesAsync(context, host));
        observe.MapGet("/v2/models/stats", context => ModelStatistics.WriteAsync(context, host.Models, null));
        foreach (string pattern in new[] { "/v2/models/{model}", "/v2/models/{model}/versions/{version}" })
        {
            observe.MapGet(pattern, context => WithVersionAsync(context, ModelDescription.WriteMetadataAsync));
            observe.MapGet(pattern + "/config", context => WithVersionAsync(context, ModelDescription.WriteConfigAsync));
            observe.MapGet(pattern + "/ready", ModelReadyAsync);
            observe.MapGet(pattern + "/stats", StatisticsAsync);
        }
    }

    private Task ServerAsync(HttpContext context) => JsonBody.WriteAsync(context, writer =>
    {
        writer.WriteString("name", _options.ServerName);
        writer.WriteString("version", typeof(OpenInferenceRoutes).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]);
        writer.WriteStartArray("extensions");
        foreach (string extension in _host is null ? [] : Extensions)
        {
            writer.WriteStringValue(extension);
        }

        writer.WriteEndArray();
    });

    private Task LiveAsync(HttpContext context) => IsTriton(context) ? Task.CompletedTask : HealthEndpoints.LiveAsync(context);

    private Task ReadyAsync(HttpContext context)
    {
        if (!IsTriton(context))
        {
            return HealthEndpoints.ReadyAsync(context, _host);
        }

        context.Response.StatusCode = _host?.IsReady == false ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        return Task.CompletedTask;
    }

    private bool IsTriton(HttpContext context)
    {
        if (_options.Dialect == InferenceDialect.Triton)
        {
            context.Response.ContentLength = 0;
            return true;
        }

        return false;
    }

    private Task ModelReadyAsync(HttpContext context)
    {
        if (IsTriton(context))
        {
            // Triton says 400 for a model that it does not know, too.
            bool isReady = _host!.TryGetModel(InferEndpoint.Named(context, "model"), out ServedModel? model)
                && !model.Deployment.IsStopped && model.Find(InferEndpoint.Optional(context, "version")) is not null;
            context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        }

        return WithVersionAsync(context, static (context, model, _) => JsonBody.WriteAsync(context, writer =>
        {
            writer.WriteString("name", model.Name);
            writer.WriteBoolean("ready", true);
        }));
    }

    private Task StatisticsAsync(HttpContext context)
    {
        string? version = InferEndpoint.Optional(context, "version");
        return WithModelAsync(context, (_, model) => version is not null && !ModelStatistics.Listed(model, version).Any()
            ? throw new UnknownModelException(model.Name, version, model.ReadyVersions)
            : ModelStatistics.WriteAsync(context, [model], version));
    }

    private Task WithVersionAsync(HttpContext context, Func<HttpContext, ServedModel, ReadyVersion, Task> answer) => WithModelAsync(context, (_, model) =>
    {
        string? version = InferEndpoint.Optional(context, "version");
        if (model.Find(version) is { } ready && !model.Deployment.IsStopped)
        {
            return answer(context, model, ready);
        }

        return version is not null && model.IsReady && !model.Deployment.IsStopped
            ? throw new UnknownModelException(model.Name, version, model.ReadyVersions)
            : throw InferEndpoint.NotReady(model);
    });

    private async Task WithModelAsync(HttpContext context, Func<HttpContext, ServedModel, Task> answer)
    {
        try
        {
            await answer(context, _host!.Model(InferEndpoint.Named(context, "model"))).ConfigureAwait(false);
        }
        catch (LifecycleException error)
        {
            if (!await WireErrors.TryWriteAsync(context, error).ConfigureAwait(false))
            {
                throw;
            }
        }
    }

    private static Task NotDoneAsync(HttpContext context) => WireErrors.WriteAsync(
        context, StatusCodes.Status501NotImplemented, $"'{InferenceWireException.Show(context.Request.Path.Value ?? "")}' is not done here; the extensions are {string.Join(", ", Extensions)}.");
}
