using System.Globalization;
using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

public sealed class OnnxOutputTests
{
    [Fact]
    public void Linear_answers_as_written()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Linear());
        using TensorSet sevenths = OnnxRuns.Run(model, ("x", TensorValue.From<float>(OnnxRuns.Sevenths(10), [1, 10])));
        Assert.Equal(2.2624998f, sevenths["y"].Span<float>()[0], 1e-6f);
        using TensorSet ones = OnnxRuns.Run(model, ("x", TensorValue.From<float>([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 10])));
        Assert.Equal(7.375f, ones["y"].Span<float>()[0]);
        Assert.Equal("'x' FP32[-1,10] -> 'y' FP32[-1,1]", model.Signature.ToString());
        Assert.True(model.RowsAreBatched);
    }

    [Fact]
    public void Mlp_equals_numpy()
    {
        double[] oracle = [0.04048548, 0.12961421, -1.01668798, -0.13731528, 0.32426537, -0.56186410, 0.12458010, -0.46391902, 0.80996454, 0.64359619];
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Mlp());
        using TensorSet y = OnnxRuns.Run(model, ("x", TensorValue.From<float>(OnnxRuns.Sevenths(64), [1, 64])));
        for (int i = 0; i < oracle.Length; i++)
        {
            Assert.Equal(oracle[i], y["y"].Span<float>()[i], 2e-6);
        }
    }

    [Fact]
    public void Mlp_equals_a_plain_loop_on_random_rows()
    {
        SplitMix64 random = new(7);
        float[] rows = [.. Enumerable.Range(0, 1_000 * 64).Select(_ => (float)random.Unit())];
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Mlp());
        using TensorSet y = OnnxRuns.Run(model, ("x", TensorValue.From<float>(rows, [1_000, 64])));
        ReadOnlySpan<float> values = y["y"].Span<float>();
        List<(int In, int Out, float[] W, float[] B)> layers = [.. OnnxModels.Layers(64, 256, 256, 10)];
        for (int row = 0; row < 1_000; row++)
        {
            double[] at = [.. rows.AsSpan(row * 64, 64).ToArray().Select(v => (double)v)];
            for (int layer = 0; layer < layers.Count; layer++)
            {
                (int inputs, int outputs, float[] w, float[] b) = layers[layer];
                double[] next = new double[outputs];
                for (int o = 0; o < outputs; o++)
                {
                    double sum = b[o];
                    for (int i = 0; i < inputs; i++)
                    {
                        sum += at[i] * w[(i * outputs) + o];
                    }

                    next[o] = layer < layers.Count - 1 ? Math.Max(0, sum) : sum;
                }

                at = next;
            }

            for (int o = 0; o < 10; o++)
            {
                Assert.Equal(at[o], values[(row * 10) + o], 1e-5);
            }
        }
    }

    [Fact]
    public void Trees_equal_a_plain_walk_on_random_rows()
    {
        IReadOnlyList<(int, float)> nodes = OnnxTrees.Draw();
        using LoadedModel model = OnnxRuns.Load(OnnxTrees.Model());
        using TensorSet one = OnnxRuns.Run(model, ("x", TensorValue.From<float>(OnnxRuns.Sevenths(10), [1, 10])));
        Assert.Equal(2.282231, one["y"].Span<float>()[0], 2e-6);
        Assert.Equal(2.282231092453003, OnnxTrees.Evaluate(nodes, OnnxRuns.Sevenths(10)), 1e-12);

        SplitMix64 random = new(11);
        float[] rows = [.. Enumerable.Range(0, 1_000 * 10).Select(_ => (float)random.Unit())];
        using TensorSet y = OnnxRuns.Run(model, ("x", TensorValue.From<float>(rows, [1_000, 10])));
        for (int row = 0; row < 1_000; row++)
        {
            Assert.Equal(OnnxTrees.Evaluate(nodes, rows.AsSpan(row * 10, 10)), y["y"].Span<float>()[row], 1e-5);
        }
    }

    [Fact]
    public void Simple_adds_and_subtracts_named_tensors()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Simple());
        int[] input = [.. Enumerable.Range(0, 16)];
        using TensorSet y = OnnxRuns.Run(
            model, ("INPUT1", TensorValue.From<int>([.. Enumerable.Repeat(1, 16)], [1, 16])), ("INPUT0", TensorValue.From<int>(input, [1, 16])));
        Assert.Equal(Enumerable.Range(1, 16), y["OUTPUT0"].Span<int>().ToArray());
        Assert.Equal(Enumerable.Range(-1, 16), y["OUTPUT1"].Span<int>().ToArray());
        Assert.Equal("OUTPUT0 INT32[1,16], OUTPUT1 INT32[1,16]", y.ToString());
    }

    [Fact]
    public void An_output_may_have_a_size_that_depends_on_the_values()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.NonZero());
        Assert.False(model.RowsAreBatched);
        using TensorSet two = OnnxRuns.Run(model, ("x", TensorValue.From<float>([0, 3, 0, 4], [4])));
        Assert.Equal([1L, 3L], two["y"].Span<long>().ToArray());
        Assert.Equal("[1,2]", two["y"].Shape.ToString());
        using TensorSet none = OnnxRuns.Run(model, ("x", TensorValue.From<float>([0, 0], [2])));
        Assert.Equal("[1,0]", none["y"].Shape.ToString());
    }

    public static TheoryData<TensorElementType> NumericTypes() => [.. Enum.GetValues<TensorElementType>().Where(t => t.Size() > 0)];

    [Theory]
    [MemberData(nameof(NumericTypes))]
    public void Identity_keeps_every_bit_of_every_datatype(TensorElementType type)
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Identity(type, "N", 3));
        Assert.Equal(type, model.Signature.Inputs[0].Type);
        SplitMix64 random = new((ulong)type);
        foreach (int rows in (int[])[1, 5, 32, 70])
        {
            TensorValue x = new(type);
            x.Reshape(type, [rows, 3]);
            foreach (ref byte b in x.Raw)
            {
                b = (byte)(type == TensorElementType.Boolean ? random.Below(2) : random.Below(256));
            }

            byte[] sent = x.Raw.ToArray();
            using TensorSet y = OnnxRuns.Run(model, ("x", x));
            Assert.Equal(type, y["y"].Type);
            Assert.Equal(sent, y["y"].Raw.ToArray());
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"[{rows},3]"), y["y"].Shape.ToString());
        }
    }

    [Fact]
    public void Identity_keeps_texts()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Identity(TensorElementType.Bytes, "N", 2));
        string[] texts = ["", "Müller", "日本", "a\0b", new string('x', 10_000), "😀"];
        using TensorSet y = OnnxRuns.Run(model, ("x", TensorValue.From(texts, [3, 2])));
        Assert.Equal(texts, y["y"].ToStrings());
    }
}
