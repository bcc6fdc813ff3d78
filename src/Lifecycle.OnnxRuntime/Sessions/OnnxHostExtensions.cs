using Lifecycle.Serving;

namespace Lifecycle.OnnxRuntime;

/// <summary>ONNX models on a host without container.</summary>
public static class OnnxHostExtensions
{
    /// <summary>Lets the host load ONNX models.</summary>
    public static ModelHostBuilder UseOnnxRuntime(this ModelHostBuilder builder, Action<OnnxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseRuntime(Runtime(configure));
    }

    internal static OnnxModelRuntime Runtime(Action<OnnxOptions>? configure)
    {
        OnnxOptions options = new();
        configure?.Invoke(options);
        return new OnnxModelRuntime(options);
    }
}
