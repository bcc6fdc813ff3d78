using Lifecycle;
using Lifecycle.MLNet;
using Lifecycle.Serving;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>ML.NET on the builder.</summary>
public static class MLNetBuilderExtensions
{
    /// <summary>Lets the model host load ML.NET models.</summary>
    public static LifecycleBuilder UseMLNet(this LifecycleBuilder builder, Action<MLNetServingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (ServiceDescriptor before in builder.Services.Where(s => s.ImplementationInstance is MLNetModelRuntime).ToArray())
        {
            builder.Services.Remove(before);
        }

        builder.Services.AddSingleton<IModelRuntime>(MLNetHostExtensions.Runtime(configure));
        return builder;
    }
}
