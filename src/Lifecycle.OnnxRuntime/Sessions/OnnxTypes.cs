using Lifecycle.Serving;
using Native = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Lifecycle.OnnxRuntime;

/// <summary>Element types of ONNX Runtime and of the house.</summary>
internal static class OnnxTypes
{
    private static readonly (TensorElementType Ours, Native Native)[] Pairs =
    [
        (TensorElementType.Boolean, Native.Bool), (TensorElementType.UInt8, Native.UInt8), (TensorElementType.UInt16, Native.UInt16),
        (TensorElementType.UInt32, Native.UInt32), (TensorElementType.UInt64, Native.UInt64), (TensorElementType.Int8, Native.Int8),
        (TensorElementType.Int16, Native.Int16), (TensorElementType.Int32, Native.Int32), (TensorElementType.Int64, Native.Int64),
        (TensorElementType.Float16, Native.Float16), (TensorElementType.Float32, Native.Float), (TensorElementType.Float64, Native.Double),
        (TensorElementType.BFloat16, Native.BFloat16), (TensorElementType.Bytes, Native.String),
    ];

    public static Native ToNative(TensorElementType type) => Pairs[(int)type].Native;

    /// <exception cref="ModelRejectedException">The house has no such type.</exception>
    public static TensorElementType FromNative(Native type, string name)
    {
        foreach ((TensorElementType ours, Native native) in Pairs)
        {
            if (native == type)
            {
                return ours;
            }
        }

        throw new ModelRejectedException($"signature: '{name}' has elements of the type {type}, which cannot be served");
    }
}
