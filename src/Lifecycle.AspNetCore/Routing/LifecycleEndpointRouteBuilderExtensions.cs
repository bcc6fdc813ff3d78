using Lifecycle.AspNetCore;
using Lifecycle.Serving;
using Lifecycle.Tracking;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>The endpoints of the Lifecycle.</summary>
public static class LifecycleEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps what the application has. Always: health (<c>GET /health</c>, <c>/v2/health/live</c>, <c>/v2/health/ready</c>). With serving: the models
    /// (<c>GET /v2/models</c>, <c>GET /lifecycle/models</c>) and, for each model that is served under types, a JSON prediction
    /// (<c>POST /lifecycle/models/{name}/predict</c>; an object gives an object, an array an array), outcomes of predictions
    /// (<c>POST /lifecycle/models/{name}/feedback</c>). With tracking: MLflow's REST API, so that a Python client
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
        OpenInferenceRoutes.Map(group.MapGroup(""), host, Options(endpoints), endpoints.ServiceProvider);
        if (host is not null)
        {
            MapModels(group, host, Options(endpoints));
        }

        if (endpoints.ServiceProvider.GetService<ExperimentCatalog>() is { } experiments)
        {
            MlflowRoutes.Map(group, new MlflowServer(endpoints.ServiceProvider, experiments));
        }

        return group;
    }

    private static void MapModels(RouteGroupBuilder group, ModelHost host, OpenInferenceOptions options)
    {
        group.MapGet("/lifecycle/models", context => ModelEndpoints.ListAsync(context, host)).WithMetadata(LifecycleVerb.Read);
        group.MapPost("/lifecycle/models/{model}/feedback", new FeedbackEndpoint(host, options).HandleAsync).WithMetadata(LifecycleVerb.Log);
        foreach (ServedModel model in host.Models.Where(m => m.InputType is not null))
        {
            model.Visit(new PredictionMapper(group, $"/lifecycle/models/{model.Name}/predict"));
        }

        PredictionRefusals.MapOthers(group, "/lifecycle/models/{model}/predict", host);
    }

    /// <summary>
    /// Maps the Open Inference Protocol V2 alone, for applications that want nothing else of <see cref="MapModelLifecycle"/>. Limits, dialect and who may load and
    /// unload are said by <c>services.Configure&lt;OpenInferenceOptions&gt;(...)</c>.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">A path in front of all routes.</param>
    /// <returns>The routes in three planes.</returns>
    /// <exception cref="Lifecycle.LifecycleException">The admin plane was opened to everybody outside of Development.</exception>
    public static OpenInferenceEndpoints MapOpenInference(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return OpenInferenceRoutes.Map(
            endpoints.MapGroup(prefix), endpoints.ServiceProvider.GetRequiredService<ModelHost>(), Options(endpoints), endpoints.ServiceProvider);
    }

    /// <summary>
    /// Maps the contract of an Amazon SageMaker inference container for one model: <c>GET /ping</c>, <c>POST /invocations</c> (JSON instances, a request of the
    /// Open Inference Protocol, JSON lines, CSV) and <c>GET /execution-parameters</c>. The ping says whether a version is loaded; it stays 200 when the model was
    /// stopped on purpose. Say <c>builder.UseServingPort(8080)</c>, too.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="model">The name under which it is served.</param>
    /// <exception cref="UnknownModelException">No such model is served.</exception>
    public static IEndpointConventionBuilder MapSageMaker(this IEndpointRouteBuilder endpoints, string model)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ModelHost host = endpoints.ServiceProvider.GetRequiredService<ModelHost>();
        SageMakerEndpoints container = new(host, host.Model(model), Options(endpoints));
        RouteGroupBuilder group = endpoints.MapGroup("");
        group.MapGet("/ping", container.PingAsync).WithMetadata(LifecycleVerb.Read);
        group.MapGet("/execution-parameters", SageMakerEndpoints.ParametersAsync).WithMetadata(LifecycleVerb.Read);
        group.MapPost("/invocations", container.InvokeAsync).WithMetadata(LifecycleVerb.Infer);
        return group;
    }

    /// <summary>
    /// Maps the contract of a Vertex AI prediction container for one model: <c>GET</c> on <c>AIP_HEALTH_ROUTE</c> (<c>/health</c>) and <c>POST</c> of
    /// <c>{"instances":[..]}</c> on <c>AIP_PREDICT_ROUTE</c> (<c>/predict</c>). Health says whether a version is loaded; it stays 200 when the model was stopped on purpose. Say <c>builder.UseServingPort(8080)</c>, too.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="model">The name under which it is served.</param>
    /// <exception cref="UnknownModelException">No such model is served.</exception>
    /// <exception cref="Lifecycle.LifecycleException">A route of the environment is no path.</exception>
    public static IEndpointConventionBuilder MapVertexAI(this IEndpointRouteBuilder endpoints, string model)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ModelHost host = endpoints.ServiceProvider.GetRequiredService<ModelHost>();
        VertexEndpoints container = new(host, host.Model(model), Options(endpoints));
        RouteGroupBuilder group = endpoints.MapGroup("");

        // MapModelLifecycle has the same endpoint under the default route, and MapSageMaker may be under the routes that the platform names; these go before them.
        group.MapGet(VertexEndpoints.Route(VertexEndpoints.HealthRoute, "/health"), container.HealthAsync).WithMetadata(LifecycleVerb.Read).WithOrder(-1);
        group.MapPost(VertexEndpoints.Route(VertexEndpoints.PredictRoute, "/predict"), container.PredictAsync).WithMetadata(LifecycleVerb.Infer).WithOrder(-1);
        return group;
    }

    private static OpenInferenceOptions Options(IEndpointRouteBuilder endpoints) =>
        endpoints.ServiceProvider.GetRequiredService<IOptions<OpenInferenceOptions>>().Value;

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
        return PredictionEndpoint<TIn, TOut>.Map(endpoints, pattern, "predict-" + model, predictor);
    }

    private sealed class PredictionMapper(IEndpointRouteBuilder endpoints, string pattern) : IPredictorVisitor<IEndpointConventionBuilder>
    {
        public IEndpointConventionBuilder Visit<
            [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(PredictionTypes.Members)] TIn,
            [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(PredictionTypes.Members)] TOut>(Predictor<TIn, TOut> predictor) =>
            PredictionEndpoint<TIn, TOut>.Map(endpoints, pattern, "lifecycle-predict-" + predictor.Model.Name, predictor);
    }
}
