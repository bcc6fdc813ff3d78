using Lifecycle;
using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Tracking on the builder.</summary>
public static class TrackingBuilderExtensions
{
    /// <summary>
    /// Adds <see cref="ExperimentCatalog"/> and <see cref="ModelRegistry"/>; they need storage, for example <c>UseLocalStorage(root)</c>. Every registered
    /// <see cref="IPromotionRule"/> is asked before a promotion. In a host, runs of dead processes are looked for every 15 seconds.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options; wrong ones stop the start of the host with a message that says what to set.</param>
    public static LifecycleBuilder AddTracking(this LifecycleBuilder builder, Action<TrackingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        OptionsBuilder<TrackingOptions> options = builder.Services.AddOptions<TrackingOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TrackingOptions>, TrackingOptionsRule>());
        builder.Services.TryAddSingleton(services => new ExperimentCatalog(
            services.GetRequiredService<LifecycleDatabase>(), services.GetRequiredService<IBlobStore>(), services.GetRequiredService<BlobUpkeep>(),
            services.GetRequiredService<IAuditLog>(), services.GetRequiredService<ILifecycleEvents>(), services.GetRequiredService<JournalFolder>(),
            services.GetRequiredService<IActorAccessor>(), services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<IOptions<TrackingOptions>>().Value, services.GetService<ILogger<ExperimentCatalog>>()));
        builder.Services.TryAddSingleton(services => new ModelRegistry(
            services.GetRequiredService<LifecycleDatabase>(), services.GetRequiredService<IBlobStore>(), services.GetRequiredService<BlobUpkeep>(),
            services.GetRequiredService<IAuditLog>(), services.GetRequiredService<ILifecycleEvents>(), services.GetRequiredService<IActorAccessor>(),
            services.GetRequiredService<TimeProvider>(), services.GetServices<IPromotionRule>(), services.GetRequiredService<ExperimentCatalog>(),
            services.GetService<ILogger<ModelRegistry>>()));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IBlobReferenceSource, TrackedBlobs>());
        builder.Services.AddHostedService<DeadRunSweep>();
        return builder;
    }
}
