using Lifecycle.Serving;

namespace Lifecycle.OnnxRuntime;

/// <summary>The rows of a call that one run takes. A model without rows takes its tensors whole.</summary>
/// <param name="First">The first one, from 0.</param>
/// <param name="Count">How many.</param>
/// <param name="All">How many the call has; -1 for tensors taken whole.</param>
internal readonly record struct RowRange(int First, int Count, int All)
{
    public static RowRange Whole => new(0, 0, -1);

    public bool IsWhole => All < 0;

    /// <summary>The bytes of these rows.</summary>
    public Span<byte> Bytes(TensorValue value) => IsWhole ? value.Raw : Slice(value.Raw);

    /// <summary>The texts of these rows.</summary>
    public Span<ReadOnlyMemory<byte>> Texts(TensorValue value) => IsWhole ? value.Texts : Slice(value.Texts);

    /// <summary>The dimensions of these rows.</summary>
    public long[] Shape(TensorValue value)
    {
        long[] shape = value.Shape.Dimensions.ToArray();
        if (!IsWhole)
        {
            shape[0] = Count;
        }

        return shape;
    }

    private Span<T> Slice<T>(Span<T> elements)
    {
        int row = elements.Length / All;
        return elements.Slice(First * row, Count * row);
    }
}
