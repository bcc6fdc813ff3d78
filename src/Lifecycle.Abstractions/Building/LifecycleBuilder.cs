using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle;

/// <summary>What features, storage and runtimes hang themselves on. Verbs are extension methods: <c>Add...</c> may be called twice, <c>Use...</c> wins.</summary>
public sealed class LifecycleBuilder
{
    /// <summary>Makes a builder over a service collection.</summary>
    public LifecycleBuilder(IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        Services = services;
    }

    /// <summary>Where the services are registered.</summary>
    public IServiceCollection Services { get; }
}
