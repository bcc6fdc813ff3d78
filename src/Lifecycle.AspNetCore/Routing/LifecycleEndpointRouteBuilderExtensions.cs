using Lifecycle.AspNetCore;
using Lifecycle.Serving;
using Lifecycle.Tracking;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>The endpoints of the Lifecycle.</summary>
public static class LifecycleEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps what the application has. Always: health (<c>GET /health</c>, <c>/v2/health/live</c>, <c>/v2/health/ready</c>). With serving: the models
    /// (<c>GET /v2/models</c>, <c>GET /lifecycle/models</c>) and, for each model that is served under types, a JSON prediction
    /// (<c>POST /lifecycle/models/{name}/predict</c>; an object gives an object, an array an array). With tracking: MLflow's REST API, so that a Python client
    /// is pointed here by <c>MLFLOW_TRACKING_URI=http://host:port</c>, the prefix behind it.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">A path in front of all of them, for example <c>/ml</c>.</param>
    /// <returns>All routes, so that <c>.RequireAuthorization()</c> covers them. Each carries one <see cref="LifecycleVerb"/>.</returns>
    public static RouteGroupBuilder MapModelLifecycle(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ModelHost? host = endpoints.ServiceProvider.GetService<ModelHost>();
        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        group.MapGet("/health", context => HealthEndpoints.TextAsync(context, host)).WithMetadata(LifecycleVerb.Read);
        group.MapGet("/v2/health/live", HealthEndpoints.LiveAsync).WithMetadata(LifecycleVerb.Read);
        group.MapGet("/v2/health/ready", context => HealthEndpoints.ReadyAsync(context, host)).WithMetadata(LifecycleVerb.Read);
        if (host is not null)
        {
            MapModels(group, host);
        }

        if (endpoints.ServiceProvider.GetService<ExperimentCatalog>() is { } experiments)
        {
            MlflowRoutes.Map(group, new MlflowServer(endpoints.ServiceProvider, experiments));
        }

        return group;
    }

    private static void MapModels(RouteGroupBuilder group, ModelHost host)
    {
        group.MapGet("/v2/models", context => ModelEndpoints.NamesAsync(context, host)).WithMetadata(LifecycleVerb.Read);
        group.MapGet("/lifecycle/models", context => ModelEndpoints.ListAsync(context, host)).WithMetadata(LifecycleVerb.Read);
        foreach (ServedModel model in host.Models.Where(m => m.InputType is not null))
        {
            model.Visit(new PredictionMapper(group, $"/lifecycle/models/{model.Name}/predict"));
        }
    }

    /// <summary>Maps one model that is served under types: one JSON object gives one, an array gives an array.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route.</param>
    /// <param name="model">The name under which it is served.</param>
    /// <exception cref="UnknownModelException">No such model is served.</exception>
    /// <exception cref="InvalidOperationException">It is served under other types.</exception>
    public static IEndpointConventionBuilder MapPrediction<
        [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(PredictionTypes.Members)] TIn,
        [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(PredictionTypes.Members)] TOut>(
        this IEndpointRouteBuilder endpoints, string pattern, string model)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        Predictor<TIn, TOut> predictor = endpoints.ServiceProvider.GetRequiredService<ModelHost>().Predictor<TIn, TOut>(model);
        return PredictionEndpoint<TIn, TOut>.Map(endpoints, pattern, predictor);
    }

    private sealed class PredictionMapper(IEndpointRouteBuilder endpoints, string pattern) : IPredictorVisitor<IEndpointConventionBuilder>
    {
        public IEndpointConventionBuilder Visit<
            [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(PredictionTypes.Members)] TIn,
            [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(PredictionTypes.Members)] TOut>(Predictor<TIn, TOut> predictor) =>
            PredictionEndpoint<TIn, TOut>.Map(endpoints, pattern, predictor);
    }
}
