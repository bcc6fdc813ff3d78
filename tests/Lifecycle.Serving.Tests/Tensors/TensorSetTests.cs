using System.Text;
using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class TensorSetTests
{
    private static readonly string[] Names = ["a", "b", "c", "d"];

    [Property(MaxTest = 300)]
    public void Set_AnyOperations_EqualsAList(int seed)
    {
        Random random = new(seed);
        using TensorSet set = new();
        List<(string Name, TensorElementType Type, long[] Shape, int Mark)> model = [];
        for (int step = 0; step < 60; step++)
        {
            string name = new(Names[random.Next(4)].AsSpan());
            int there = model.FindIndex(m => m.Name == name);
            switch (random.Next(8))
            {
                case 0:
                    set.Clear();
                    model.Clear();
                    break;
                case 1 when there < 0:
                    set.Add(name, TensorValue.From<int>([step], [1]));
                    model.Add((name, TensorElementType.Int32, [1], step));
                    break;
                case 1:
                    using (TensorValue again = TensorValue.From<int>([step], [1]))
                    {
                        Assert.Throws<InvalidInputException>(() => set.Add(name, again));
                    }

                    break;
                default:
                    long[] shape = [random.Next(1, 4), random.Next(1, 4)];
                    TensorElementType type = random.Next(2) == 0 ? TensorElementType.Int32 : TensorElementType.Bytes;
                    Mark(random.Next(2) == 0 ? set.Prepare(name, type, shape) : set.Prepare(name, type, TensorShape.Create(shape)), step);
                    if (there < 0)
                    {
                        model.Add((name, type, shape, step));
                    }
                    else
                    {
                        model[there] = (name, type, shape, step);
                    }

                    break;
            }

            Assert.Equal(model.Select(m => (m.Name, m.Type, TensorShape.Create(m.Shape), m.Mark)), set.Select(v => (v.Key, v.Value.Type, v.Value.Shape, MarkOf(v.Value))));
            Assert.Equal(model.Select(m => m.Name), Enumerable.Range(0, set.Count).Select(i => set[i].Key));
            Assert.Throws<ArgumentOutOfRangeException>(() => set[set.Count]);
            Assert.All(Names, n => Assert.Equal(model.Exists(m => m.Name == n), set.TryGet(n, out _)));
        }
    }

    [Fact]
    public void Set_ClearedAndPreparedAgain_AllocatesNothing()
    {
        using TensorSet set = new();
        Assert.Equal(0, Allocation.Least(() =>
        {
            for (int rows = 1; rows <= 2; rows++)
            {
                set.Clear();
                set.Prepare("x", TensorElementType.Float32, [4, 10]).Span<float>()[7] = rows;
                set.Prepare("n", TensorElementType.Int64, [4, 1]).Span<long>()[3] = rows;
                set.Prepare("s", TensorElementType.Bytes, [4, 1]).SetText(2, "a text");
            }
        }));
        Assert.Equal("x FP32[4,10], n INT64[4,1], s BYTES[4,1]", set.ToString());
    }

    [Fact]
    public void Set_ClearedAndPreparedInAnotherOrder_KeepsEachOnesMemory()
    {
        using TensorSet set = new();
        TensorValue large = set.Prepare("large", TensorElementType.Float64, [1000]);
        TensorValue small = set.Prepare("small", TensorElementType.Float64, [1]);
        set.Clear();
        Assert.Empty(set);
        Assert.False(set.TryGet("large", out _));
        Assert.Same(small, set.Prepare("small", TensorElementType.Float64, [1]));
        Assert.Same(large, set.Prepare("large", TensorElementType.Float64, [1000]));
    }

    [Fact]
    public void Set_OtherNamesEachTime_DoesNotGrow()
    {
        using TensorSet set = new();
        for (int i = 0; i < 1_000; i++)
        {
            set.Clear();
            set.Prepare($"x{i}", TensorElementType.Float32, [16]);
            set.Add($"y{i}", TensorValue.From<float>(new float[16], [16]));
        }

        Assert.InRange(set.KeptBytes, 128, 4096);
    }

    [Fact]
    public void Copy_LaterChangesOfTheFirst_AreNotSeen()
    {
        using TensorSet set = new();
        set.Prepare("x", TensorElementType.Float32, [2]).Span<float>()[0] = 1;
        set.Prepare("s", TensorElementType.Bytes, [2]).SetText(0, "first");
        set["s"].SetText(1, Encoding.UTF8.GetBytes("second"));
        using TensorSet copy = new();
        copy.Prepare("other", TensorElementType.Int8, [3]);
        set.CopyTo(copy);
        set.Clear();
        set.Prepare("x", TensorElementType.Float32, [2]).Span<float>().Fill(9);
        set.Prepare("s", TensorElementType.Bytes, [2]).SetText(0, "FIRST");
        Assert.Equal("x FP32[2], s BYTES[2]", copy.ToString());
        Assert.Equal(1, copy["x"].Span<float>()[0]);
        Assert.Equal(["first", "second"], copy["s"].ToStrings());
        Assert.Equal(["FIRST", string.Empty], set["s"].ToStrings());
        copy.CopyTo(copy);
        Assert.Equal(2, copy.Count);
    }

    [Fact]
    public void Copy_IntoASetOfTheSameShapes_AllocatesNothing()
    {
        using TensorSet set = TensorSet.Of(("x", TensorValue.From<float>(new float[40], [4, 10])), ("s", TensorValue.From(["a", "bc", "", "d"], [4])));
        using TensorSet copy = new();
        Assert.Equal(0, Allocation.Least(() => set.CopyTo(copy)));
        Assert.Equal(["a", "bc", "", "d"], copy["s"].ToStrings());
    }

    [Fact]
    public void Prepare_BadDimensions_AreRefused()
    {
        using TensorSet set = new();
        Assert.Contains("negative", Assert.Throws<InvalidInputException>(() => set.Prepare("x", TensorElementType.Int8, [-2, 1])).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(() => set.Prepare("x", TensorElementType.Int8, [1L << 40]));
        Assert.Throws<InvalidInputException>(() => set.Prepare("x", TensorElementType.Float64, [int.MaxValue]));
        Assert.Throws<ArgumentException>(() => set.Prepare(string.Empty, TensorElementType.Int8, [1]));
    }

    [Property(MaxTest = 100)]
    public void Texts_AnyLengthsSetInAnyOrder_AreKept(int seed)
    {
        Random random = new(seed);
        using TensorValue value = new(TensorElementType.Bytes);
        for (int round = 0; round < 3; round++)
        {
            int count = random.Next(1, 20);
            value.Reshape(TensorElementType.Bytes, [count]);
            Assert.All(value.ToStrings(), t => Assert.Empty(t));
            string[] expected = new string[count];
            Array.Fill(expected, string.Empty);
            for (int i = 0; i < 3 * count; i++)
            {
                int at = random.Next(count);
                expected[at] = new string((char)random.Next('a', 0x2000), random.Next(200));
                value.SetText(at, expected[at]);
            }

            Assert.Equal(expected, value.ToStrings());
        }
    }

    private static void Mark(TensorValue value, int mark)
    {
        if (value.Type == TensorElementType.Bytes)
        {
            value.SetText(value.Count - 1, mark.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        else
        {
            value.Span<int>()[^1] = mark;
        }
    }

    private static int MarkOf(TensorValue value) => value.Type == TensorElementType.Bytes
        ? int.Parse(value.ToStrings()[^1], System.Globalization.CultureInfo.InvariantCulture)
        : value.Span<int>()[^1];
}
