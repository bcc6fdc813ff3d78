using System.Globalization;
using System.Text;

namespace Lifecycle.Serving;

/// <summary>Compares two tensors of the same type and shape.</summary>
internal static class TensorComparison
{
    /// <summary>The first element that differs: numbers by more than <paramref name="absolute"/> + <paramref name="relative"/> times the size, others at all; -1 when none does.</summary>
    public static int FirstDifference(TensorValue expected, TensorValue actual, double absolute, double relative)
    {
        for (int i = 0; i < expected.Count; i++)
        {
            bool equal = IsNumber(expected.Type) ? Near(Number(expected, i), Number(actual, i), absolute, relative) : SameElement(expected, actual, i);
            if (!equal)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether the elements are floating-point numbers.</summary>
    public static bool IsNumber(TensorElementType type) =>
        type is TensorElementType.Float16 or TensorElementType.Float32 or TensorElementType.Float64 or TensorElementType.BFloat16;

    /// <summary>A floating-point element.</summary>
    public static double Number(TensorValue value, int at) => value.Type switch
    {
        TensorElementType.Float32 => value.Span<float>()[at],
        TensorElementType.Float64 => value.Span<double>()[at],
        TensorElementType.Float16 => (double)value.Span<Half>()[at],
        _ => BitConverter.Int32BitsToSingle(value.Span<ushort>()[at] << 16),
    };

    /// <summary>An element for a message.</summary>
    public static string Show(TensorValue value, int at) => value.Type switch
    {
        TensorElementType.Bytes => $"'{Encoding.UTF8.GetString(value.Texts[at].Span)}'",
        TensorElementType.Boolean => value.Raw[at] != 0 ? "true" : "false",
        TensorElementType.UInt64 => value.Span<ulong>()[at].ToString(CultureInfo.InvariantCulture),
        TensorElementType.Float32 => value.Span<float>()[at].ToString("R", CultureInfo.InvariantCulture),
        _ when IsNumber(value.Type) => Number(value, at).ToString("R", CultureInfo.InvariantCulture),
        _ => Integer(value, at).ToString(CultureInfo.InvariantCulture),
    };

    private static bool Near(double expected, double actual, double absolute, double relative) =>
        expected.Equals(actual) || expected == actual || (double.IsFinite(expected) && Math.Abs(expected - actual) <= absolute + (relative * Math.Abs(expected)));

    private static bool SameElement(TensorValue expected, TensorValue actual, int at)
    {
        if (expected.Type == TensorElementType.Bytes)
        {
            return expected.Texts[at].Span.SequenceEqual(actual.Texts[at].Span);
        }

        int size = expected.Type.Size();
        return expected.Raw.Slice(at * size, size).SequenceEqual(actual.Raw.Slice(at * size, size));
    }

    private static long Integer(TensorValue value, int at) => value.Type switch
    {
        TensorElementType.UInt8 => value.Span<byte>()[at],
        TensorElementType.UInt16 => value.Span<ushort>()[at],
        TensorElementType.UInt32 => value.Span<uint>()[at],
        TensorElementType.Int8 => value.Span<sbyte>()[at],
        TensorElementType.Int16 => value.Span<short>()[at],
        TensorElementType.Int32 => value.Span<int>()[at],
        _ => value.Span<long>()[at],
    };
}
