using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lifecycle.AspNetCore;

/// <summary>
/// Maps routes of the API: each under <c>/api/2.0/mlflow</c> and <c>/ajax-api/2.0/mlflow</c>, with its verb, behind the host guard, its errors answered.
/// </summary>
internal sealed class MlflowMap(IEndpointRouteBuilder routes, MlflowServer server)
{
    private static readonly string[] Prefixes = ["/api/2.0/mlflow", "/ajax-api/2.0/mlflow"];

    public MlflowServer Server { get; } = server;

    /// <summary>A route whose request is a body: POST, PATCH, DELETE.</summary>
    /// <param name="method">For example <c>POST</c>.</param>
    /// <param name="path">For example <c>/runs/create</c>.</param>
    /// <param name="verb">What it lets its caller do.</param>
    /// <param name="request">How to read the body.</param>
    /// <param name="answer">How to write the answer.</param>
    /// <param name="handle">Does it; throws <see cref="MlflowException"/> or an error of the product.</param>
    /// <param name="limit">Most bytes of the body.</param>
    public void Body<TRequest, TAnswer>(
        string method, string path, LifecycleVerb verb, JsonTypeInfo<TRequest> request, JsonTypeInfo<TAnswer> answer,
        Func<TRequest, HttpContext, ValueTask<TAnswer>> handle, int limit = MlflowBody.Limit)
        where TRequest : class
        where TAnswer : class =>
        Both(method, path, verb, async context =>
        {
            TRequest asked = await MlflowBody.ReadAsync(context, request, limit).ConfigureAwait(false);
            await MlflowBody.WriteAsync(context, await handle(asked, context).ConfigureAwait(false), answer).ConfigureAwait(false);
        });

    /// <summary>A POST that answers <c>{}</c>.</summary>
    public void Post<TRequest>(
        string path, LifecycleVerb verb, JsonTypeInfo<TRequest> request, Func<TRequest, CancellationToken, ValueTask> handle, int limit = MlflowBody.Limit)
        where TRequest : class =>
        Change("POST", path, verb, request, handle, limit);

    /// <summary>A change that answers <c>{}</c>.</summary>
    public void Change<TRequest>(
        string method, string path, LifecycleVerb verb, JsonTypeInfo<TRequest> request, Func<TRequest, CancellationToken, ValueTask> handle,
        int limit = MlflowBody.Limit)
        where TRequest : class =>
        Body(
            method, path, verb, request, MlflowJson.Default.WireNothing,
            async (asked, context) =>
            {
                await handle(asked, context.RequestAborted).ConfigureAwait(false);
                return WireNothing.Instance;
            },
            limit);

    /// <summary>A POST that answers something.</summary>
    public void Post<TRequest, TAnswer>(
        string path, LifecycleVerb verb, JsonTypeInfo<TRequest> request, JsonTypeInfo<TAnswer> answer,
        Func<TRequest, CancellationToken, ValueTask<TAnswer>> handle, int limit = MlflowBody.Limit)
        where TRequest : class
        where TAnswer : class =>
        Body("POST", path, verb, request, answer, (asked, context) => handle(asked, context.RequestAborted), limit);

    /// <summary>A GET: its request is the query string.</summary>
    public void Get<TRequest, TAnswer>(
        string path, JsonTypeInfo<TRequest> request, JsonTypeInfo<TAnswer> answer, Func<TRequest, CancellationToken, ValueTask<TAnswer>> handle)
        where TRequest : class
        where TAnswer : class =>
        Both("GET", path, LifecycleVerb.Read, async context =>
        {
            TAnswer made = await handle(MlflowBody.ReadQuery(context, request), context.RequestAborted).ConfigureAwait(false);
            await MlflowBody.WriteAsync(context, made, answer).ConfigureAwait(false);
        });

    /// <summary>A route under both prefixes whose handler does everything itself.</summary>
    public void Both(string method, string path, LifecycleVerb verb, RequestDelegate handle)
    {
        foreach (string prefix in Prefixes)
        {
            One(method, prefix + path, verb, handle);
        }
    }

    /// <summary>One route, the path as it stands.</summary>
    /// <param name="method">A method, or <c>*</c> for all.</param>
    /// <param name="path">With route parameters.</param>
    /// <param name="verb">What it lets its caller do.</param>
    /// <param name="handle">Does it.</param>
    public void One(string method, string path, LifecycleVerb verb, RequestDelegate handle)
    {
        RequestDelegate guarded = Guarded(handle);
        IEndpointConventionBuilder route = method == "*" ? routes.Map(path, guarded) : routes.MapMethods(path, [method], guarded);
        route.WithMetadata(verb);
    }

    private RequestDelegate Guarded(RequestDelegate handle) => async context =>
    {
        if (Server.Guard.Refusal(context.Request) is { } refusal)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await MlflowBody.WriteTextAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        try
        {
            await handle(context).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // every failure becomes an answer in MLflow's form; what nobody expected is logged
        catch (Exception error)
#pragma warning restore CA1031
        {
            await MlflowErrors.AnswerAsync(context, error, Server.Logger).ConfigureAwait(false);
        }
    };
}
