using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>ONNX Runtime as one calls it by hand: a session with the options that the host sets, so that threads and optimisation are no difference.</summary>
internal sealed class OnnxPeer : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly float[] _row;

    /// <param name="model">A model with an input <c>x</c> of <paramref name="width"/> columns and an output <c>y</c>.</param>
    /// <param name="width">Columns of a row.</param>
    public OnnxPeer(byte[] model, int width)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(model, options);
        _row = RowOf(width);
    }

    public static float[] RowOf(int width) => [.. Enumerable.Range(0, width).Select(i => i % 7 * 0.1f)];

    /// <summary>The same rows as tensors of ours.</summary>
    public static TensorSet Inputs(int rows, int width)
    {
        float[] row = RowOf(width);
        float[] all = [.. Enumerable.Range(0, rows).SelectMany(_ => row)];
        return TensorSet.Of(("x", TensorValue.From<float>(all, [rows, width])));
    }

    /// <summary>Runs with values that are made once: the fastest way without a binding.</summary>
    public void RunPreallocated(int calls)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(_row, [1, _row.Length]);
        int width = (int)_session.OutputMetadata["y"].Dimensions[1];
        float[] y = new float[width];
        using OrtValue output = OrtValue.CreateTensorValueFromMemory(y, [1, width]);
        string[] inputNames = ["x"], outputNames = ["y"];
        OrtValue[] inputs = [input], outputs = [output];
        for (int i = 0; i < calls; i++)
        {
            _session.Run(_options, inputNames, inputs, outputNames, outputs);
        }
    }

    /// <summary>Runs with named values, as most examples do.</summary>
    public void RunNamed(int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results =
                _session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<float>(_row, [1, _row.Length]))]);
            _ = results[0].AsTensor<float>().GetValue(0);
        }
    }

    /// <summary>One run with values made for it.</summary>
    public float RunFresh()
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(_row, [1, _row.Length]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_options, ["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>()[0];
    }

    public void Dispose()
    {
        _session.Dispose();
        _options.Dispose();
    }
}
