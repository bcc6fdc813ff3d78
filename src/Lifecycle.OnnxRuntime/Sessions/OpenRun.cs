using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>
/// A run that has no binding: many rows, texts, or outputs whose sizes are only known after it. Numbers stay where they are, pinned for the run;
/// ONNX Runtime allocates outputs of unknown size, which are copied.
/// </summary>
internal sealed unsafe class OpenRun
{
    // What an empty tensor points to: native code refuses a null pointer even when nothing is read from it.
    private static readonly byte[] Nothing = GC.AllocateArray<byte>(64, pinned: true);

    private readonly OnnxSession _session;
    private readonly RunOptions _options;
    private readonly TensorSet _inputs;
    private readonly TensorSet _outputs;
    private readonly RowRange _rows;
    private readonly OrtValue?[] _given;
    private readonly OrtValue?[] _taken;

    private OpenRun(OnnxSession session, RunOptions options, TensorSet inputs, TensorSet outputs, RowRange rows)
    {
        _session = session;
        _options = options;
        _inputs = inputs;
        _outputs = outputs;
        _rows = rows;
        _given = new OrtValue?[session.InputNames.Length];
        _taken = new OrtValue?[session.Signature.OutputsAreKnown ? session.OutputNames.Length : 0];
    }

    /// <summary>Runs rows of the inputs into rows of the outputs, which have room for them if their sizes are known.</summary>
    public static void Run(OnnxSession session, RunOptions options, TensorSet inputs, TensorSet outputs, RowRange rows)
    {
        OpenRun run = new(session, options, inputs, outputs, rows);
        try
        {
            run.Give(0);
        }
        finally
        {
            foreach (OrtValue? value in run._given)
            {
                value?.Dispose();
            }

            foreach (OrtValue? value in run._taken)
            {
                value?.Dispose();
            }
        }
    }

    // Each level keeps one tensor pinned until the run is over.
    private void Give(int index)
    {
        if (index == _given.Length)
        {
            Take(0);
            return;
        }

        TensorSpec spec = _session.Signature.Tensors.Inputs[index];
        TensorValue value = _inputs[spec.Name];
        if (spec.Type == TensorElementType.Bytes)
        {
            _given[index] = ToNative(_rows.Texts(value), _rows.Shape(value));
            Give(index + 1);
            return;
        }

        Span<byte> bytes = _rows.Bytes(value);
        fixed (byte* start = bytes.IsEmpty ? Nothing : bytes)
        {
            _given[index] = Over(spec.Type, _rows.Shape(value), start, bytes.Length);
            Give(index + 1);
        }
    }

    private void Take(int index)
    {
        if (index == _taken.Length)
        {
            Call();
            return;
        }

        TensorSpec spec = _session.Signature.Tensors.Outputs[index];
        TensorValue value = _outputs[spec.Name];
        Span<byte> bytes = _rows.Bytes(value);
        fixed (byte* start = bytes.IsEmpty ? Nothing : bytes)
        {
            _taken[index] = Over(spec.Type, _rows.Shape(value), start, bytes.Length);
            Take(index + 1);
        }
    }

    private void Call()
    {
        if (_session.Signature.OutputsAreKnown)
        {
            _session.Native.Run(_options, _session.InputNames, _given!, _session.OutputNames, _taken!);
            return;
        }

        using IDisposableReadOnlyCollection<OrtValue> results = _session.Native.Run(_options, _session.InputNames, _given!, _session.OutputNames);
        for (int i = 0; i < results.Count; i++)
        {
            TensorSpec spec = _session.Signature.Tensors.Outputs[i];
            if (_session.Signature.Maps(i) is { } maps)
            {
                maps.Read(results[i], Prepare(spec, [results[i].GetValueCount(), maps.Count]), _rows);
            }
            else
            {
                FromNative(results[i], Prepare(spec, results[i].GetTensorTypeAndShape().Shape));
            }
        }
    }

    /// <summary>The output, with room for all rows once the first run has said how large a row is.</summary>
    private TensorValue Prepare(TensorSpec spec, long[] shape)
    {
        if (_rows.IsWhole)
        {
            return _outputs.Prepare(spec.Name, spec.Type, TensorShape.Create(shape));
        }

        if (shape.Length == 0 || shape[0] != _rows.Count)
        {
            throw new InvalidOperationException(
                $"The model gave the output '{spec.Name}' of the shape [{string.Join(',', shape)}] for {_rows.Count} rows; its first dimension does not count them.");
        }

        shape[0] = _rows.All;
        if (_rows.First == 0)
        {
            return _outputs.Prepare(spec.Name, spec.Type, TensorShape.Create(shape));
        }

        TensorValue value = _outputs[spec.Name];
        return value.Shape.Dimensions.SequenceEqual(shape)
            ? value
            : throw new InvalidOperationException(
                $"The model gave rows of the output '{spec.Name}' of different sizes, {value.Shape} and [{string.Join(',', shape)}]; send such rows in calls of their own.");
    }

    private void FromNative(OrtValue native, TensorValue value)
    {
        if (value.Count == 0)
        {
            return;
        }

        if (value.Type != TensorElementType.Bytes)
        {
            native.GetTensorMutableRawData().CopyTo(_rows.Bytes(value));
            return;
        }

        Span<ReadOnlyMemory<byte>> texts = _rows.Texts(value);
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = native.GetStringElementAsSpan(i).ToArray();
        }
    }

    private static OrtValue Over(TensorElementType type, long[] shape, byte* start, int bytes) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, OnnxTypes.ToNative(type), shape, (IntPtr)start, bytes);

    private static OrtValue ToNative(Span<ReadOnlyMemory<byte>> texts, long[] shape)
    {
        OrtValue native = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        for (int i = 0; i < texts.Length; i++)
        {
            if (!texts[i].IsEmpty)
            {
                native.StringTensorSetElementAt(texts[i].Span, i);
            }
        }

        return native;
    }
}
