using Lifecycle.Serving;

namespace Lifecycle.MLNet;

/// <summary>ML.NET models on a host without container.</summary>
public static class MLNetHostExtensions
{
    /// <summary>Lets the host load ML.NET models.</summary>
    public static ModelHostBuilder UseMLNet(this ModelHostBuilder builder, Action<MLNetServingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseRuntime(Runtime(configure));
    }

    internal static MLNetModelRuntime Runtime(Action<MLNetServingOptions>? configure)
    {
        MLNetServingOptions options = new();
        configure?.Invoke(options);
        return new MLNetModelRuntime(options);
    }
}
