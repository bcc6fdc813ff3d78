using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>A run whose output sizes are only known after it, or that holds texts: values of its own, copied in and out.</summary>
internal static class FreeRun
{
    public static void Run(InferenceSession session, RunOptions options, TensorSignature signature, TensorSet inputs, TensorSet outputs)
    {
        List<OrtValue> values = new(signature.Inputs.Count);
        try
        {
            foreach (TensorSpec spec in signature.Inputs)
            {
                values.Add(ToNative(inputs[spec.Name]));
            }

            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, session.InputNames, values, session.OutputNames);
            for (int i = 0; i < results.Count; i++)
            {
                FromNative(results[i], signature.Outputs[i], outputs);
            }
        }
        finally
        {
            foreach (OrtValue value in values)
            {
                value.Dispose();
            }
        }
    }

    private static OrtValue ToNative(TensorValue value)
    {
        long[] shape = [.. value.Shape];
        if (value.Type != TensorElementType.Bytes)
        {
            OrtValue native = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, OnnxTypes.ToNative(value.Type), shape);
            if (value.Count > 0)
            {
                value.Raw.CopyTo(native.GetTensorMutableRawData());
            }

            return native;
        }

        OrtValue texts = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        Span<ReadOnlyMemory<byte>> elements = value.Texts;
        for (int i = 0; i < elements.Length; i++)
        {
            if (!elements[i].IsEmpty)
            {
                texts.StringTensorSetElementAt(elements[i].Span, i);
            }
        }

        return texts;
    }

    private static void FromNative(OrtValue native, TensorSpec spec, TensorSet outputs)
    {
        OrtTensorTypeAndShapeInfo info = native.GetTensorTypeAndShape();
        TensorValue value = outputs.Prepare(spec.Name, spec.Type, TensorShape.Create(info.Shape));
        if (value.Count == 0)
        {
            return;
        }

        if (spec.Type != TensorElementType.Bytes)
        {
            native.GetTensorMutableRawData().CopyTo(value.Raw);
            return;
        }

        Span<ReadOnlyMemory<byte>> texts = value.Texts;
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = native.GetStringElementAsSpan(i).ToArray();
        }
    }
}
