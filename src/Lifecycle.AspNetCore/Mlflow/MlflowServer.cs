using Lifecycle.Tracking;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lifecycle.AspNetCore;

/// <summary>What the MLflow routes stand on.</summary>
internal sealed class MlflowServer(IServiceProvider services, ExperimentCatalog experiments)
{
    public ExperimentCatalog Experiments { get; } = experiments;

    /// <summary>The registry; it comes with tracking.</summary>
    public ModelRegistry Registry { get; } = services.GetRequiredService<ModelRegistry>();

    public MlflowCompatibility Compatibility { get; } = services.GetService<IOptions<MlflowCompatibility>>()?.Value ?? new MlflowCompatibility();

    public TimeProvider Time { get; } = services.GetService<TimeProvider>() ?? TimeProvider.System;

    public ILogger Logger { get; } = services.GetRequiredService<ILoggerFactory>().CreateLogger("Lifecycle.AspNetCore.Mlflow");

    public MlflowHostGuard Guard { get; } = new(
        services.GetService<IOptions<MlflowCompatibility>>()?.Value ?? new MlflowCompatibility(), services.GetService<IOptionsMonitor<HostFilteringOptions>>());
}
