using Lifecycle;
using Lifecycle.Drift;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Drift as a part of the Lifecycle.</summary>
public static class DriftLifecycleBuilderExtensions
{
    /// <summary>Adds references, monitors and history of drift: <see cref="DriftMonitors"/>. May be called twice; needs storage, for example <c>UseLocalStorage</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes the defaults of monitors; checked when the host starts.</param>
    public static LifecycleBuilder AddDrift(this LifecycleBuilder builder, Action<DriftOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        OptionsBuilder<DriftOptions> options = services.AddOptions<DriftOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DriftOptions>, DriftOptionsCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IBlobReferenceSource, DriftBlobReferences>());
        services.TryAddSingleton(provider => new DriftMonitors(
            provider.GetRequiredService<LifecycleDatabase>(),
            provider.GetRequiredService<IBlobStore>(),
            provider.GetRequiredService<BlobUpkeep>(),
            provider.GetRequiredService<IAuditLog>(),
            provider.GetRequiredService<ILifecycleEvents>(),
            provider.GetRequiredService<IActorAccessor>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<DriftOptions>>().Value,
            provider.GetService<ILogger<DriftMonitors>>()));
        return builder;
    }

    private sealed class DriftOptionsCheck : IValidateOptions<DriftOptions>
    {
        public ValidateOptionsResult Validate(string? name, DriftOptions options)
        {
            string[] problems = [.. options.Problems()];
            return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
    }
}
