using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class TensorTests
{
    [Fact]
    public void Shapes_multiply_checked()
    {
        Assert.Equal(6, Shape([1, 2, 3]).ElementCount());
        Assert.Equal(1, default(TensorShape).ElementCount());
        Assert.Equal(0, Shape([1L << 62, 1L << 62, 0]).ElementCount());
        foreach (TensorShape shape in (TensorShape[])[[1L << 62, 4], [long.MaxValue, long.MaxValue, long.MaxValue], [1L << 31], [-1, 2], [0, -1]])
        {
            Assert.Throws<InvalidInputException>(() => shape.ElementCount());
        }

        Assert.Throws<ArgumentException>(() => TensorShape.Create([-2]));
        Assert.Equal("[-1,4]", Shape([-1, 4]).ToString());
        Assert.True(Shape([1, 2]) == Shape([1, 2]) && Shape([1, 2]) != Shape([2, 1]));
        Assert.False(Shape([-1, 2]).IsKnown);
    }

    private static TensorShape Shape(TensorShape shape) => shape;

    [Property]
    public bool Element_count_equals_a_product_in_big_numbers(short[] dimensions)
    {
        long[] sizes = [.. dimensions.Select(d => (long)Math.Abs((int)d))];
        System.Numerics.BigInteger product = sizes.Aggregate(System.Numerics.BigInteger.One, (a, b) => a * b);
        try
        {
            return TensorShape.Create(sizes).ElementCount() == product;
        }
        catch (InvalidInputException)
        {
            return product > int.MaxValue;
        }
    }

    [Fact]
    public void Values_are_checked_and_typed()
    {
        Assert.Contains("4 elements and 5", Assert.Throws<InvalidInputException>(() => TensorValue.From<float>([1, 2, 3, 4, 5], [2, 2])).Message, StringComparison.Ordinal);
        using TensorValue value = TensorValue.From<float>([1.5f], [1]);
        Assert.Equal([0x00, 0x00, 0xC0, 0x3F], value.Raw.ToArray());
        Assert.Contains("FP32", Assert.Throws<InvalidCastException>(() => value.Span<double>()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidCastException>(() => value.Texts.Length);
        Assert.Throws<NotSupportedException>(() => TensorValue.From<decimal>([1m], [1]));
        Assert.Equal([0x00, 0x3E], TensorValue.From<Half>([(Half)1.5f], [1]).Raw.ToArray());
        Assert.Equal([1, 0], TensorValue.From<bool>([true, false], [2]).Raw.ToArray());
        Assert.Equal(TensorElementType.BFloat16, TensorValue.FromBFloat16([0x3FC0], [1]).Type);
        Assert.Equal(["a", "bc"], TensorValue.From(["a", "bc"], [2]).ToStrings());
        value.Dispose();
        value.Dispose();
        Assert.Throws<ObjectDisposedException>(() => value.Raw.Length);
        Assert.Throws<ObjectDisposedException>(() => value.Reshape(TensorElementType.Int8, [1]));
    }

    [Fact]
    public void Sets_name_each_tensor_once()
    {
        using TensorSet set = TensorSet.Of(("x", TensorValue.From<float>([1, 2], [1, 2])), ("y", TensorValue.From<int>([1], [1])));
        Assert.Equal("x FP32[1,2], y INT32[1]", set.ToString());
        Assert.Contains("'x', 'y'", Assert.Throws<KeyNotFoundException>(() => set["z"]).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(() => set.Add("x", new TensorValue(TensorElementType.Int8)));
        TensorValue before = set["x"];
        Assert.Same(before, set.Prepare("x", TensorElementType.Int64, [1]));
        Assert.Equal(TensorElementType.Int64, set["x"].Type);
    }

    [Fact]
    public void Types_have_the_names_and_sizes_of_the_protocol()
    {
        Assert.Equal(
            "BOOL 1, UINT8 1, UINT16 2, UINT32 4, UINT64 8, INT8 1, INT16 2, INT32 4, INT64 8, FP16 2, FP32 4, FP64 8, BF16 2, BYTES 0",
            string.Join(", ", Enum.GetValues<TensorElementType>().Select(t => $"{t.ProtocolName()} {t.Size()}")));
        foreach (TensorElementType type in Enum.GetValues<TensorElementType>())
        {
            Assert.True(TensorElementTypes.TryParse(type.ProtocolName(), out TensorElementType parsed));
            Assert.Equal(type, parsed);
        }

        Assert.False(TensorElementTypes.TryParse("fp32", out _));
    }
}
