using Lifecycle;
using Lifecycle.OnnxRuntime;
using Lifecycle.Serving;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>ONNX Runtime on the builder.</summary>
public static class OnnxRuntimeBuilderExtensions
{
    /// <summary>Lets the model host load ONNX models.</summary>
    public static LifecycleBuilder UseOnnxRuntime(this LifecycleBuilder builder, Action<OnnxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (ServiceDescriptor before in builder.Services.Where(s => s.ImplementationInstance is OnnxModelRuntime).ToArray())
        {
            builder.Services.Remove(before);
        }

        builder.Services.AddSingleton<IModelRuntime>(OnnxHostExtensions.Runtime(configure));
        return builder;
    }
}
