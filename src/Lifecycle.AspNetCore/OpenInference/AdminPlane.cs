using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Lifecycle.AspNetCore;

/// <summary>Who may load and unload models over HTTP. Nobody, until it is said.</summary>
public sealed class AdminPlane
{
    private string? _policy;
    private bool _isOpen;

    /// <summary>
    /// Lets those in who fulfil an authorization policy of the application. <c>AllowAnonymous()</c> on all routes does not reach these: it is taken off them.
    /// </summary>
    /// <param name="policy">Its name.</param>
    public void RequirePolicy(string policy)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(policy);
        (_policy, _isOpen) = (policy, false);
    }

    /// <summary>Lets everybody in. Only in the environment Development; elsewhere the mapping throws.</summary>
    public void AllowAnonymous() => (_policy, _isOpen) = (null, true);

    /// <summary>Guards the routes of a group.</summary>
    /// <exception cref="LifecycleException">Everybody was let in outside of Development.</exception>
    internal void Guard(RouteGroupBuilder group, IServiceProvider services)
    {
        if (_policy is { } policy)
        {
            group.RequireAuthorization(policy);

            // Anonymous access that was given to a group around this one would win over the policy.
            ((IEndpointConventionBuilder)group).Finally(static endpoint =>
            {
                foreach (object anonymous in endpoint.Metadata.OfType<IAllowAnonymous>().ToArray())
                {
                    endpoint.Metadata.Remove(anonymous);
                }
            });
        }
        else if (!_isOpen)
        {
            group.AddEndpointFilter((context, _) => Refuse(context.HttpContext));
        }
        else if (services.GetService<IHostEnvironment>() is { } environment && !environment.IsDevelopment())
        {
            throw new LifecycleException(
                $"Loading and unloading models over HTTP was opened to everybody in the environment '{environment.EnvironmentName}'; that is for Development only. "
                + "Say options.Admin.RequirePolicy(\"...\").");
        }
    }

    private static async ValueTask<object?> Refuse(HttpContext context)
    {
        await WireErrors.WriteAsync(
            context, StatusCodes.Status403Forbidden,
            "Loading and unloading models over HTTP is closed. Open it to a policy of the application: services.Configure<OpenInferenceOptions>(o => o.Admin.RequirePolicy(\"ops\")).").ConfigureAwait(false);
        return Results.Empty;
    }
}
