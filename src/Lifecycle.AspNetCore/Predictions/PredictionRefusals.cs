using Lifecycle.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Lifecycle.AspNetCore;

/// <summary>What is said to callers whom routing alone would send away without a word.</summary>
internal static class PredictionRefusals
{
    /// <summary>Maps what a route of typed predictions says to a content type that is not read. It has the conventions of the route, but no name and no description.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route's.</param>
    /// <param name="route">The route.</param>
    /// <param name="handler">Answers a body without a content type: routing gives it to the endpoint that takes any, which is the one here.</param>
    /// <returns>Both routes as one.</returns>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string pattern, IEndpointConventionBuilder route, RequestDelegate handler)
    {
        RequestDelegate other = context => string.IsNullOrEmpty(context.Request.ContentType) ? handler(context) : ContentTypeAsync(context);
        IEndpointConventionBuilder refusal = endpoints.MapPost(pattern, other).ExcludeFromDescription().WithMetadata(LifecycleVerb.Infer);
        refusal.Finally(endpoint =>
        {
            // No two endpoints may have one name; and what says which types it reads would not be asked for the others.
            foreach (object said in endpoint.Metadata.Where(m => m is IEndpointNameMetadata or IRouteNameMetadata or IAcceptsMetadata).ToArray())
            {
                endpoint.Metadata.Remove(said);
            }
        });
        return new Both(route, refusal);
    }

    /// <summary>Maps what callers of models without a typed route are told, by any method.</summary>
    public static void MapOthers(IEndpointRouteBuilder endpoints, string pattern, ModelHost host) =>
        endpoints.Map(pattern, context => OtherAsync(context, host)).ExcludeFromDescription().WithMetadata(LifecycleVerb.Infer);

    private static Task OtherAsync(HttpContext context, ModelHost host)
    {
        string name = InferEndpoint.Named(context, "model");
        if (!host.TryGetModel(name, out ServedModel? model))
        {
            return Problems.TryWriteAsync(context, new UnknownModelException(name, host.Models.Select(m => m.Name))).AsTask();
        }

        if (model.InputType is null)
        {
            return Problems.WriteAsync(
                context, StatusCodes.Status404NotFound, Problems.NotServed,
                $"The model '{model.Name}' is served without types; send tensors to /v2/models/{model.Name}/infer.");
        }

        context.Response.Headers.Allow = HttpMethods.Post;
        return Problems.WriteAsync(
            context, StatusCodes.Status405MethodNotAllowed, Problems.Refused, $"The method {InferenceWireException.Show(context.Request.Method)} is not taken here; send POST.");
    }

    private static Task ContentTypeAsync(HttpContext context) => Problems.WriteAsync(
        context, StatusCodes.Status415UnsupportedMediaType, Problems.Refused,
        $"A body of the content type '{InferenceWireException.Show(context.Request.ContentType!)}' is not read; send the header Content-Type: application/json.");

    private sealed class Both(IEndpointConventionBuilder route, IEndpointConventionBuilder refusal) : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention)
        {
            route.Add(convention);
            refusal.Add(convention);
        }

        public void Finally(Action<EndpointBuilder> finallyConvention)
        {
            route.Finally(finallyConvention);
            refusal.Finally(finallyConvention);
        }
    }
}
