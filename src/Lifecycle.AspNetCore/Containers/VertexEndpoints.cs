using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>The contract of a prediction container of Vertex AI: a health route and a route that takes instances.</summary>
internal sealed class VertexEndpoints(ModelHost host, ServedModel model, OpenInferenceOptions options)
{
    public const string HealthRoute = "AIP_HEALTH_ROUTE";
    public const string PredictRoute = "AIP_PREDICT_ROUTE";

    private readonly RowInference _rows = new(model, options);

    /// <summary>200 <c>OK</c> when a version is loaded, or the fallback answers while the model is stopped, and the host does not stop, else 503. A model that was stopped on purpose is 200: a new container would be stopped, too.</summary>
    public Task HealthAsync(HttpContext context)
    {
        bool isReady = model.IsReadyOrFallback && !host.IsDraining;
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(isReady ? "OK" : $"{model.Name}: {model.State}", context.RequestAborted);
    }

    public Task PredictAsync(HttpContext context) => _rows.CallAsync(context, _rows, static async (context, request, rows) =>
    {
        BodyReader.CheckContentType(context.Request.ContentType);
        await rows.ReadAsync(context, request).ConfigureAwait(false);
        await rows.AnswerAsync(context, request, RowInference.Form.Instances, RowInference.Form.Instances).ConfigureAwait(false);
    });

    /// <summary>The route of a variable of the platform.</summary>
    /// <exception cref="LifecycleException">It is no path.</exception>
    public static string Route(string variable, string otherwise)
    {
        string? route = Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrEmpty(route) ? otherwise
            : route[0] == '/' ? route
            : throw new LifecycleException($"The environment variable {variable} is '{route}'; it must be a path that begins with '/'.");
    }
}
