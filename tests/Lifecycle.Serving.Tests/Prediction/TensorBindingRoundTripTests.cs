using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class TensorBindingRoundTripTests
{
    [Property(MaxTest = 200)]
    public void Rows_OfEveryType_ComeBackBitForBit(int seed)
    {
        Random random = new(seed);
        int width = random.Next(4);
        EveryType[] rows = [.. Enumerable.Range(0, random.Next(6)).Select(_ => EveryType.Of(random, width))];
        TensorBinding<EveryType, EveryType> binding = FromTypes<EveryType, EveryType>();
        using TensorSet inputs = new();
        using TensorSet outputs = new();
        inputs.Prepare("left over", TensorElementType.Int8, [3]);
        binding.WriteInputs(inputs, rows);
        binding.WriteOutputs(outputs, rows);
        Assert.Equal(rows.Length, binding.Signature.Check(inputs));
        Assert.Equal(inputs.ToString(), outputs.ToString());
        EveryType reused = EveryType.Of(random, 1);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.Equal(rows[i].ToString(), binding.ReadInput(inputs, i).ToString());
            Assert.Equal(rows[i].ToString(), binding.ReadOutput(outputs, i).ToString());
            EveryType before = reused;
            binding.ReadOutput(outputs, i, ref reused);
            Assert.Same(before, reused);
            Assert.Equal(rows[i].ToString(), reused.ToString());
        }
    }

    [Property(MaxTest = 100)]
    public void Rows_OfRecordsAndStructs_ComeBack((float, int)[] numbers)
    {
        Both<Loan>([.. numbers.Select(n => new Loan(n.Item1, $"p{n.Item2}", n.Item2))]);
        Both<Verdict>([.. numbers.Select(n => new Verdict(n.Item2 > 0, n.Item1))]);
        Both<Point>([.. numbers.Select(n => new Point(n.Item1, n.Item2))]);
        Both<Mutable>([.. numbers.Select(n => new Mutable(n.Item2, $"b{n.Item2}"))]);
        Both<Sealed>([.. numbers.Select(n => new Sealed(n.Item2, ~(long)n.Item2))]);
        Both<Fields>([.. numbers.Select(n => new Fields { A = n.Item2, B = $"{n.Item1}" })]);
        Both<(float, long)>([.. numbers.Select(n => (n.Item1, (long)n.Item2))]);
    }

    [Property(MaxTest = 50)]
    public void Rows_ThatAreThemselvesValues_ComeBack(float[] floats, long[] longs, int count)
    {
        Both(floats);
        Both(longs);
        Both<string>([.. longs.Select(l => $"<{l}>")]);
        Both<float?>([.. floats.Select((f, i) => i % 2 == 0 || float.IsNaN(f) ? null : (float?)f)]);
        Both<DateTime>([.. longs.Select(l => new DateTime(Math.Abs(l % DateTime.MaxValue.Ticks), DateTimeKind.Utc))]);
        Both<float[]>([.. Enumerable.Range(0, Math.Abs(count % 5)).Select(_ => floats)]);
    }

    [Fact]
    public void Field_WithoutCodeAtRunTime_IsReflectedUpon()
    {
        ReflectedField<Fields, int> structure = new(typeof(Fields).GetField("A")!);
        Fields fields = default;
        structure.Set(ref fields, 7);
        Assert.Equal((7, 7), (fields.A, structure.Get(ref fields)));
        ReflectedField<EveryType, string> reference = new(typeof(EveryType).GetField("FieldText")!);
        EveryType row = new();
        reference.Set(ref row, "x");
        Assert.Equal("x", row.FieldText);
    }

    [Fact]
    public void Nulls_AreMissingEmptyAndWithoutElements()
    {
        TensorBinding<EveryType, EveryType> binding = FromTypes<EveryType, EveryType>();
        using TensorSet set = new();
        binding.WriteInputs(set, [new EveryType()]);
        Assert.True(float.IsNaN(set["MaybeFloat"].Span<float>()[0]));
        Assert.True(double.IsNaN(set["MaybeDouble"].Span<double>()[0]));
        Assert.Equal([string.Empty], set["Text"].ToStrings());
        Assert.Equal([1L, 0L], set["Floats"].Shape);
        EveryType back = binding.ReadInput(set, 0);
        Assert.Null(back.MaybeFloat);
        Assert.Empty(back.Text!);
        Assert.Empty(back.Floats!);
        Assert.Contains("Row 1 is null", Assert.Throws<InvalidInputException>(() => binding.WriteInputs(set, [new EveryType(), null!])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_ThatAreNoDates_AreRefused()
    {
        TensorBinding<DateTime, int> binding = FromTypes<DateTime, int>();
        string @long = new('9', 200);
        using TensorSet set = TensorSet.Of(("input", TensorValue.From(["2024-02-29T12:30:00Z", "2024-02-29", "", "soon", @long, "\u00e4"], [6])));
        Assert.Equal(new DateTime(2024, 2, 29, 12, 30, 0, DateTimeKind.Utc), binding.ReadInput(set, 0));
        Assert.Equal(DateTimeKind.Utc, binding.ReadInput(set, 0).Kind);
        Assert.Equal(new DateTime(2024, 2, 29), binding.ReadInput(set, 1));
        Assert.Equal(default, binding.ReadInput(set, 2));
        Assert.Contains("'soon' in row 3 of 'input' is no date", Assert.Throws<InvalidInputException>(() => binding.ReadInput(set, 3)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(@long, Assert.Throws<InvalidInputException>(() => binding.ReadInput(set, 4)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(() => binding.ReadInput(set, 5));
    }

    [Fact]
    public void Arrays_OfAnotherLength_AreRefused()
    {
        TensorBinding<float[], float[]> free = FromTypes<float[], float[]>();
        TensorBinding<float[], float[]> three = TensorBinding<float[], float[]>.Of(new(
            [new("x", TensorElementType.Float32, [-1, 3])], [new("y", TensorElementType.Float32, [-1, -1])]));
        using TensorSet set = new();
        Assert.Contains("2 values in the first row and 3 in row 1", Assert.Throws<InvalidInputException>(() => free.WriteInputs(set, [new float[2], new float[3]])).Message, StringComparison.Ordinal);
        Assert.Contains("'x' takes 3 values a row; row 0 has 4", Assert.Throws<InvalidInputException>(() => three.WriteInputs(set, [new float[4]])).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(() => three.WriteInputs(set, [null!]));
        three.WriteInputs(set, []);
        Assert.Equal("x FP32[0,3]", set.ToString());
    }

    [Fact]
    public void Constructor_ThatRefuses_ThrowsItsOwnError()
    {
        TensorBinding<int, Checked> binding = FromTypes<int, Checked>();
        using TensorSet set = new();
        binding.WriteOutputs(set, [new Checked(3) { Besides = 0.5f }]);
        Checked first = binding.ReadOutput(set, 0);
        Assert.Equal((3, 0.5f), (first.Value, first.Besides));
        set["Value"].Span<int>()[0] = 4;
        Checked kept = first;
        binding.ReadOutput(set, 0, ref kept);
        Assert.NotSame(first, kept);
        Assert.Equal((3, 4), (first.Value, kept.Value));
        set["Value"].Span<int>()[0] = -1;
        Assert.Throws<ArgumentOutOfRangeException>(() => binding.ReadOutput(set, 0));
    }

    private static void Both<T>(T[] rows)
    {
        TensorBinding<T, T> binding = FromTypes<T, T>();
        using TensorSet inputs = new();
        using TensorSet outputs = new();
        binding.WriteInputs(inputs, rows);
        binding.WriteOutputs(outputs, rows);
        Assert.Equal(rows, rows.Select((_, i) => binding.ReadInput(inputs, i)));
        T reused = rows.Length == 0 ? default! : rows[^1];
        for (int i = 0; i < rows.Length; i++)
        {
            T expected = binding.ReadOutput(outputs, i);
            Assert.Equal(rows[i], expected);
            T target = i == 0 ? default! : reused;
            binding.ReadOutput(outputs, i, ref target);
            Assert.Equal(expected, target);
            reused = binding.ReadOutput(outputs, i);
        }
    }

    private static TensorBinding<TIn, TOut> FromTypes<TIn, TOut>() =>
        TensorBinding<TIn, TOut>.FromTypes(out string? reason) ?? throw new InvalidOperationException(reason);
}
