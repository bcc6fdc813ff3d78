using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Lifecycle.AspNetCore;

/// <summary>The routes of the Open Inference Protocol in three planes, so that each can have conventions of its own; a convention on this object is one on all.</summary>
public sealed class OpenInferenceEndpoints : IEndpointConventionBuilder
{
    private readonly RouteGroupBuilder _all;

    internal OpenInferenceEndpoints(RouteGroupBuilder all, RouteGroupBuilder infer, RouteGroupBuilder observe, RouteGroupBuilder admin)
    {
        _all = all;
        Infer = infer;
        Observe = observe;
        Admin = admin;
    }

    /// <summary>Asking models.</summary>
    public IEndpointConventionBuilder Infer { get; }

    /// <summary>Health, metadata, configuration, statistics, the index of the repository.</summary>
    public IEndpointConventionBuilder Observe { get; }

    /// <summary>Loading and unloading.</summary>
    public IEndpointConventionBuilder Admin { get; }

    /// <inheritdoc/>
    public void Add(Action<EndpointBuilder> convention) => ((IEndpointConventionBuilder)_all).Add(convention);

    /// <inheritdoc/>
    public void Finally(Action<EndpointBuilder> finallyConvention) => ((IEndpointConventionBuilder)_all).Finally(finallyConvention);
}
