using Lifecycle.Serving;

namespace Lifecycle.OnnxRuntime.Tests;

/// <summary>Loads and runs a model without a host.</summary>
internal static class OnnxRuns
{
    public static LoadedModel Load(byte[] bytes, OnnxOptions? options = null)
    {
        OnnxModelRuntime runtime = new(options);
        ContentFile main = new("model.onnx", bytes);
        ModelContent content = new([main]);
        runtime.Inspect(content, main, TestContext.Current.CancellationToken);
        Task<LoadedModel> load = runtime.LoadAsync(content, main, TestContext.Current.CancellationToken).AsTask();
        Assert.True(load.IsCompleted);
        return load.GetAwaiter().GetResult();
    }

    public static TensorSet Run(LoadedModel model, params ReadOnlySpan<(string, TensorValue)> inputs)
    {
        using TensorSet set = TensorSet.Of(inputs);
        model.Signature.Check(set);
        TensorSet outputs = new();
        model.Run(set, outputs, TestContext.Current.CancellationToken);
        return outputs;
    }

    /// <summary>(i mod 7) * 0.1f, as the oracle figures take it.</summary>
    public static float[] Sevenths(int length) => [.. Enumerable.Range(0, length).Select(i => (i % 7) * 0.1f)];
}
