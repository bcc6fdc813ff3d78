using System.Numerics;
using System.Runtime.InteropServices;

namespace Lifecycle.Serving;

/// <summary>What is done about inputs whose datatype is not the model's.</summary>
public enum TensorCoercion
{
    /// <summary>They are refused.</summary>
    None,

    /// <summary>
    /// They are widened where every value stays what it is: integers to wider integers, <c>INT8</c>, <c>INT16</c>, <c>UINT8</c> and <c>UINT16</c>
    /// to <c>FP32</c>, <c>FP32</c> to <c>FP64</c>. All others are refused.
    /// </summary>
    Lossless,
}

/// <summary>Widens the elements of tensors.</summary>
internal static class TensorWidening
{
    /// <summary>Whether <see cref="TensorCoercion.Lossless"/> turns one type into the other.</summary>
    public static bool Widens(TensorElementType from, TensorElementType to) => Conversion(from, to) is not null;

    /// <summary>
    /// Widens, in place, the tensors that have another type than the input of their name and can be widened. The others stay, for
    /// <see cref="TensorSignature.Check"/> to refuse.
    /// </summary>
    /// <exception cref="InvalidInputException">A widened tensor would not fit into memory.</exception>
    public static void Widen(TensorSet inputs, TensorSignature signature)
    {
        for (int i = 0; i < signature.Inputs.Count; i++)
        {
            TensorSpec spec = signature.Inputs[i];
            if (inputs.TryGet(spec.Name, out TensorValue? value) && value.Type != spec.Type && Conversion(value.Type, spec.Type) is { } convert)
            {
                value.Convert(spec.Type, convert);
            }
        }
    }

    private static Action<ReadOnlySpan<byte>, Span<byte>>? Conversion(TensorElementType from, TensorElementType to) => from switch
    {
        TensorElementType.UInt8 => To<byte>(to, signed: false, bits: 8),
        TensorElementType.UInt16 => To<ushort>(to, signed: false, bits: 16),
        TensorElementType.UInt32 => To<uint>(to, signed: false, bits: 32),
        TensorElementType.Int8 => To<sbyte>(to, signed: true, bits: 8),
        TensorElementType.Int16 => To<short>(to, signed: true, bits: 16),
        TensorElementType.Int32 => To<int>(to, signed: true, bits: 32),
        TensorElementType.Float32 when to == TensorElementType.Float64 => Convert<float, double>,
        _ => null,
    };

    /// <summary>A signed integer goes into wider signed ones, an unsigned one into all wider ones, both into a float whose 24 bits hold them.</summary>
    private static Action<ReadOnlySpan<byte>, Span<byte>>? To<TFrom>(TensorElementType to, bool signed, int bits)
        where TFrom : unmanaged, INumberBase<TFrom> => to switch
        {
            TensorElementType.UInt16 when !signed && bits < 16 => Convert<TFrom, ushort>,
            TensorElementType.UInt32 when !signed && bits < 32 => Convert<TFrom, uint>,
            TensorElementType.UInt64 when !signed => Convert<TFrom, ulong>,
            TensorElementType.Int16 when bits < 16 => Convert<TFrom, short>,
            TensorElementType.Int32 when bits < 32 => Convert<TFrom, int>,
            TensorElementType.Int64 => Convert<TFrom, long>,
            TensorElementType.Float32 when bits < 32 => Convert<TFrom, float>,
            _ => null,
        };

    private static void Convert<TFrom, TTo>(ReadOnlySpan<byte> from, Span<byte> to)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        ReadOnlySpan<TFrom> source = MemoryMarshal.Cast<byte, TFrom>(from);
        Span<TTo> target = MemoryMarshal.Cast<byte, TTo>(to);
        for (int i = 0; i < source.Length; i++)
        {
            target[i] = TTo.CreateTruncating(source[i]);
        }
    }
}
