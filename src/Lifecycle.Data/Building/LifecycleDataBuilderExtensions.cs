using Lifecycle;
using Lifecycle.Data;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Datasets for a container.</summary>
public static class LifecycleDataBuilderExtensions
{
    /// <summary>Adds <see cref="DatasetCatalog"/> and <see cref="DatasetLineage"/>; needs a storage, for example <c>UseLocalStorage(root)</c>.</summary>
    public static LifecycleBuilder AddDatasets(this LifecycleBuilder builder, Action<DatasetOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        builder.Services.TryAddSingleton(services => new DatasetCatalog(
            services.GetRequiredService<LifecycleDatabase>(),
            services.GetRequiredService<IBlobStore>(),
            services.GetRequiredService<BlobUpkeep>(),
            services.GetRequiredService<IAuditLog>(),
            services.GetRequiredService<ILifecycleEvents>(),
            services.GetService<IActorAccessor>(),
            services.GetService<TimeProvider>(),
            services.GetService<IOptions<DatasetOptions>>()?.Value,
            services.GetService<ILogger<DatasetCatalog>>()));
        builder.Services.TryAddSingleton(services => services.GetRequiredService<DatasetCatalog>().Lineage);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IBlobReferenceSource, DatasetReferences>(services =>
            new DatasetReferences(services.GetRequiredService<LifecycleDatabase>(), services.GetRequiredService<IBlobStore>())));
        return builder;
    }
}
