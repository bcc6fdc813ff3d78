using Lifecycle;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The builder with nothing on.</summary>
public static class LifecycleCoreServiceCollectionExtensions
{
    /// <summary>Starts the Lifecycle with nothing on: add features with <c>AddTracking()</c>, <c>AddDatasets()</c>, ..., storage with <c>UseLocalStorage(root)</c>.</summary>
    public static LifecycleBuilder AddModelLifecycleCore(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IActorAccessor, ProcessActor>();
        return new LifecycleBuilder(services);
    }
}
