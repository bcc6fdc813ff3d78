using Microsoft.AspNetCore.Routing;

namespace Lifecycle.AspNetCore;

/// <summary>
/// MLflow's REST surface. A group of routes is one file, <c>MlflowRoutes.&lt;Group&gt;.cs</c>, with one method <c>Map&lt;Group&gt;(MlflowMap)</c> that is called
/// here; its requests and answers are records under <c>Wire/</c> and stand in <see cref="MlflowJson"/>. The routes own no SQL.
/// </summary>
internal static partial class MlflowRoutes
{
    /// <summary>Maps all groups.</summary>
    public static void Map(IEndpointRouteBuilder routes, MlflowServer server)
    {
        MlflowMap map = new(routes, server);
        MapServer(map);
        MapExperiments(map);
        MapRuns(map);
        MapLogging(map);
        MapMetrics(map);
        MapArtifacts(map);
        MapRegisteredModels(map);
        MapModelVersions(map);
        MapLoggedModels(map);
        MapUnknown(map);
    }

    private static void MapServer(MlflowMap map)
    {
        map.One("GET", "/version", LifecycleVerb.Read, context => MlflowBody.WriteTextAsync(context, map.Server.Compatibility.ReportedVersion));
        ServerInformation information = new("SqlStore", false, false, false, false);
        map.One(
            "GET", "/api/3.0/mlflow/server-info", LifecycleVerb.Read,
            context => MlflowBody.WriteAsync(context, information, MlflowJson.Default.ServerInformation));
        map.Both("GET", "/webhooks", LifecycleVerb.Read, context => MlflowBody.WriteAsync(context, WireNothing.Instance, MlflowJson.Default.WireNothing));
    }

    // What a later stage brings says so: clients do not try it again, they only do without.
    private static void MapUnknown(MlflowMap map)
    {
        foreach (string later in new[]
        {
            "/v1/traces", "/api/3.0/mlflow/traces", "/api/3.0/mlflow/traces/{**path}", "/api/2.0/mlflow/traces", "/api/2.0/mlflow/traces/{**path}",
            "/api/2.0/mlflow/webhooks", "/api/2.0/mlflow/webhooks/{**path}", "/ajax-api/2.0/mlflow/webhooks/{**path}",
            "/api/2.0/mlflow/artifacts/presigned/{**path}", "/api/2.0/mlflow-artifacts/mpu/{**path}", "/api/2.0/mlflow-artifacts/presigned/{**path}",
        })
        {
            map.One("*", later, LifecycleVerb.Read, context => MlflowErrors.WriteAsync(
                context, MlflowErrors.NotImplemented, "This server does not have this feature."));
        }

        foreach (string prefix in new[] { "/api/2.0/mlflow", "/ajax-api/2.0/mlflow", "/api/2.0/mlflow-artifacts", "/api/3.0/mlflow", "/ajax-api/3.0/mlflow" })
        {
            map.One("*", prefix + "/{**path}", LifecycleVerb.Read, context => MlflowErrors.WriteAsync(
                context, MlflowErrors.EndpointNotFound, $"No route of this server answers {context.Request.Method} on this path."));
        }
    }
}
