using Lifecycle.Serving;

namespace Lifecycle.OnnxRuntime.Tests;

/// <summary>Loads and runs a model without a host.</summary>
internal static class OnnxRuns
{
    public static OnnxModel Load(byte[] bytes, OnnxOptions? options = null, IReadOnlyList<string>? outputs = null, TimeProvider? time = null)
    {
        OnnxModelRuntime runtime = new(options, time);
        ContentFile main = new("model.onnx", bytes);
        runtime.Inspect(new ModelContent([main]), main);
        return runtime.Load(main, new ModelRequest { Outputs = outputs ?? [] });
    }

    public static TensorSet Run(LoadedModel model, params ReadOnlySpan<(string, TensorValue)> inputs)
    {
        using TensorSet set = TensorSet.Of(inputs);
        model.Signature.Check(set);
        TensorSet outputs = new();
        model.Run(set, outputs, TestContext.Current.CancellationToken);
        return outputs;
    }

    public static TensorValue Floats(TensorShape shape, params ReadOnlySpan<float> elements) => TensorValue.From(elements, shape);

    /// <summary>(i mod 7) * 0.1f, as the oracle figures take it.</summary>
    public static float[] Sevenths(int length) => [.. Enumerable.Range(0, length).Select(i => (i % 7) * 0.1f)];
}
