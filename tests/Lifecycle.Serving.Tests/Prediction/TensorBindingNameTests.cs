using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class TensorBindingNameTests
{
    private static readonly TensorSpec Score = new("score", TensorElementType.Float32, [-1, 1]);

    [Fact]
    public void Names_ThatDifferInCaseAndSigns_Bind()
    {
        foreach (string name in (string[])["LoanAmount", "loan_amount", "Loan-Amount", "loan amount", "LOANAMOUNT"])
        {
            Writes(new Plain { LoanAmount = 2.5f }, [new(name, TensorElementType.Float32, [-1])], $"{name} FP32[1]");
        }

        Writes(new Plain { LoanAmount = 2.5f }, [new("LoanAmount", TensorElementType.Float32, [-1, 1])], "LoanAmount FP32[1,1]");
        Writes(new Plain { LoanAmount = 2.5f }, [new("LoanAmount", TensorElementType.Float32, [1, 1])], "LoanAmount FP32[1,1]");
        Refused<Plain, float>("the input 'loan.amount' FP32[-1] has no property in Plain (LoanAmount); add one, or mark one with [ModelColumn(\"loan.amount\")]",
            [new("loan.amount", TensorElementType.Float32, [-1])]);
    }

    [Property(MaxTest = 100)]
    public void Names_DecoratedAndShuffled_FindTheirMembers(int seed)
    {
        Random random = new(seed);
        EveryType row = EveryType.Of(random, 3);
        TensorBinding<EveryType, EveryType> own = TensorBinding<EveryType, EveryType>.FromTypes(out _)!;
        using TensorSet expected = new();
        own.WriteInputs(expected, [row]);
        (TensorSpec Own, TensorSpec Decorated)[] inputs = [.. own.Signature.Inputs.OrderBy(_ => random.Next()).Take(random.Next(1, 20)).Select(s => (s, s with
        {
            Name = string.Concat(s.Name.Select(c => $"{(random.Next(2) == 0 ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c))}{"_- ".AsSpan(random.Next(3), random.Next(8) == 0 ? 1 : 0)}")),
        }))];
        TensorBinding<EveryType, float> binding = TensorBinding<EveryType, float>.Of(new(inputs.Select(i => i.Decorated), [Score]));
        using TensorSet actual = new();
        binding.WriteInputs(actual, [row]);
        Assert.Equal(inputs.Select(i => i.Decorated.Name), actual.Select(v => v.Key));
        foreach ((TensorSpec mine, TensorSpec decorated) in inputs)
        {
            (TensorValue a, TensorValue b) = (expected[mine.Name], actual[decorated.Name]);
            Assert.Equal((a.Type, a.Shape, Convert.ToHexString(a.Raw)), (b.Type, b.Shape, Convert.ToHexString(b.Raw)));
            Assert.True(a.Type != TensorElementType.Bytes || a.ToStrings().SequenceEqual(b.ToStrings()));
        }
    }

    [Fact]
    public void Fitting_LeavesWhatDoesNotFit()
    {
        TensorSpec[] inputs =
        [
            new("Loan-Amount", TensorElementType.Float32, [-1, 1]), new("missing", TensorElementType.Float32, [-1, 1]), new("X", TensorElementType.Float32, [-1, 1]),
        ];
        using TensorSet set = new();
        TensorBinding<Vector, Vector> binding = TensorBinding<Vector, Vector>.Fitting(new(inputs, [new("y", TensorElementType.Float64, [-1, 1])]));
        binding.WriteInputs(set, [new Vector()]);
        Assert.Empty(set);
        binding.WriteOutputs(set, [new Vector { Y = 3 }]);
        Assert.Equal("y FP64[1,1]", set.ToString());
        TensorBinding<Plain, float> plain = TensorBinding<Plain, float>.Fitting(new(inputs, []), m => m.Name);
        plain.WriteInputs(set, [new Plain { LoanAmount = 1 }]);
        Assert.Empty(set);
        TensorBinding<Plain, float>.Fitting(new(inputs, [])).WriteInputs(set, [new Plain { LoanAmount = 1 }]);
        Assert.Equal("Loan-Amount FP32[1,1]", set.ToString());
        plain.WriteOutputs(set, [1f]);
        Assert.Empty(set);
    }

    [Fact]
    public void Attribute_OnPropertyOrParameter_IsTakenExactly()
    {
        TensorSpec[] inputs = [new("loan-amount", TensorElementType.Float32, [-1]), new("term", TensorElementType.Int64, [-1]), new("free text", TensorElementType.Bytes, [-1])];
        using TensorSet set = new();
        TensorBinding<Renamed, float> binding = TensorBinding<Renamed, float>.Of(new(inputs, [Score]));
        binding.WriteInputs(set, [new Renamed(1, 2, "three")]);
        Assert.Equal("loan-amount FP32[1], term INT64[1], free text BYTES[1]", set.ToString());
        Assert.Equal(new Renamed(1, 2, "three"), binding.ReadInput(set, 0));
        Assert.Equal("'loan-amount' FP32[-1,1], 'term' INT64[-1,1], 'free text' BYTES[-1,1] -> 'output' FP32[-1,1]",
            TensorBinding<Renamed, float>.FromTypes(out _)!.Signature.ToString());

        // The own name of a property that was named otherwise does not count, and the given name is exact.
        Refused<Renamed, float>("'Amount' FP32[-1] has no property in Renamed", [new("Amount", TensorElementType.Float32, [-1])]);
        Refused<Renamed, float>("'loan_amount' FP32[-1] has no property in Renamed", [new("loan_amount", TensorElementType.Float32, [-1])]);
    }

    [Fact]
    public void Names_ThatTheRuntimeKnows_AreTakenLikeAttributes()
    {
        TensorSignature signature = new([new("f0", TensorElementType.Float32, [-1])], [new("f0", TensorElementType.Float32, [-1])]);
        TensorBinding<Plain, Plain> binding = TensorBinding<Plain, Plain>.Of(signature, names: m => m.Name == "LoanAmount" ? "f0" : null);
        using TensorSet set = new();
        binding.WriteInputs(set, [new Plain { LoanAmount = 4 }]);
        Assert.Equal(4, set["f0"].Span<float>()[0]);
    }

    [Fact]
    public void Names_ThatCouldMeanTwo_AreRefused()
    {
        Refused<Twice, float>("the input 'loan amount' FP32[-1] could be each of Twice.LoanAmount, Twice.Loan_Amount; mark one with [ModelColumn(\"loan amount\")]",
            [new("loan amount", TensorElementType.Float32, [-1])]);
        Refused<Plain, float>("the property Plain.LoanAmount stands for two inputs, 'loan_amount' FP32[-1] and 'LoanAmount' FP32[-1]",
            [new("loan_amount", TensorElementType.Float32, [-1]), new("LoanAmount", TensorElementType.Float32, [-1])]);
        Refused<float, Twice>("the output 'loan-amount' FP32[-1] could be each of Twice.LoanAmount, Twice.Loan_Amount",
            [new("x", TensorElementType.Float32, [-1])], [new("loan-amount", TensorElementType.Float32, [-1])]);

        // The exact name decides.
        using TensorSet set = new();
        TensorBinding<Twice, float>.Of(new([new("Loan_Amount", TensorElementType.Float32, [-1])], [Score])).WriteInputs(set, [new Twice { LoanAmount = 1, Loan_Amount = 2 }]);
        Assert.Equal(2, set["Loan_Amount"].Span<float>()[0]);
    }

    [Fact]
    public void Types_ThatAreNotTheModels_AreRefused()
    {
        Refused<Plain, float>("the property Plain.LoanAmount for the input 'LoanAmount' FP64[-1] is float; make it double", [new("LoanAmount", TensorElementType.Float64, [-1])]);
        Refused<Plain, float>("is float and a row of the tensor is not; make it float[]", [new("LoanAmount", TensorElementType.Float32, [-1, 4])]);
        Refused<Plain, float>("it has 3 dimensions: run tensors on a lease", [new("LoanAmount", TensorElementType.Float32, [-1, 4, 4])]);
        Refused<Plain, float>("it takes exactly 8 rows: run tensors on a lease", [new("LoanAmount", TensorElementType.Float32, [8, 1])]);
        Refused<Plain, float>("it has no rows", [new("LoanAmount", TensorElementType.Float32, [])]);
        Refused<Nested, float>("the property Nested.Where for the input 'Where' FP32[-1] is List<int?>, which no tensor holds", [new("Where", TensorElementType.Float32, [-1])]);
        Refused<float[], float>("the type for the input 'x' INT64[-1,3] is float[]; make it long[]", [new("x", TensorElementType.Int64, [-1, 3])]);
        Refused<float, float>("the type float stands for one input and the model has 2",
            [new("x", TensorElementType.Float32, [-1]), new("y", TensorElementType.Float32, [-1])]);
    }

    [Fact]
    public void Outputs_EverySettablePropertyNeedsOne()
    {
        TensorSpec[] inputs = [new("x", TensorElementType.Float32, [-1])];
        TensorSpec denied = new("denied", TensorElementType.Boolean, [-1, 1]);
        Refused<float, Verdict>("the property Verdict.Score has no output in the model", inputs, [denied]);
        Refused<float, Verdict>(
            "Inputs of the model: 'x' FP32[-1]; outputs: 'denied' BOOL[-1,1], 'label' BYTES[-1,1]", inputs, [denied, new("label", TensorElementType.Bytes, [-1, 1])]);
        Refused<float, object>("object is no type with columns", inputs, [denied]);
        Refused<float, Closed>("Closed has no public constructor without parameters", inputs, [denied]);
        Refused<float, Fork>("Fork has several constructors", inputs, [new("A", TensorElementType.Int32, [-1]), new("B", TensorElementType.Int64, [-1])]);

        // One that only computes needs none, and an output that nobody reads is left.
        TensorBinding<float, Verdict> binding = TensorBinding<float, Verdict>.Of(new(inputs, [new("other", TensorElementType.Int8, [-1]), denied, Score]));
        using TensorSet outputs = TensorSet.Of(("denied", TensorValue.From<bool>([true, false], [2, 1])), ("score", TensorValue.From<float>([0.25f, 0.5f], [2, 1])));
        Assert.Equal([new Verdict(true, 0.25f), new Verdict(false, 0.5f)], [binding.ReadOutput(outputs, 0), binding.ReadOutput(outputs, 1)]);
        using TensorSet written = new();
        binding.WriteOutputs(written, [new Verdict(true, 1)]);
        Assert.Equal("denied BOOL[1,1], score FP32[1,1]", written.ToString());
    }

    [Fact]
    public void Packing_WithoutAnOrder_IsRefused() =>
        Refused<Point, float>(
            "the input 'features' FP64[-1,2] has no property in Point (X, Y); give it an array property, or the order of scalar ones by s.PackInputs(...) or the model property lifecycle.columns",
            [new("features", TensorElementType.Float64, [-1, 2])]);

    [Fact]
    public void Packing_WithAnOrder_PutsScalarsSideBySide()
    {
        TensorSignature signature = new([new("features", TensorElementType.Float64, [-1, 2])], [Score]);
        using TensorSet set = new();
        TensorBinding<Point, float> binding = TensorBinding<Point, float>.Of(signature, ["y", "x"]);
        binding.WriteInputs(set, [new Point(1, 2), new Point(3, 4)]);
        Assert.Equal("features FP64[2,2]", set.ToString());
        Assert.Equal([2, 1, 4, 3], set["features"].Span<double>().ToArray());
        Assert.Equal([new Point(1, 2), new Point(3, 4)], [binding.ReadInput(set, 0), binding.ReadInput(set, 1)]);
        binding.WriteInputs(set, []);
        Assert.Equal("features FP64[0,2]", set.ToString());
        TensorSignature open = new([new("features", TensorElementType.Float64, [-1, -1])], [Score]);
        TensorBinding<Point, float>.Of(open, ["X", "Y"]).WriteInputs(set, [new Point(5, 6)]);
        Assert.Equal([5, 6], set["features"].Span<double>().ToArray());

        // An array property of the input's name is not taken apart.
        TensorBinding<Vector, float>.Of(signature, ["X", "Y"]).WriteInputs(set, [new Vector { Features = [8, 9] }]);
        Assert.Equal([8, 9], set["features"].Span<double>().ToArray());
    }

    [Fact]
    public void Packing_AnOrderThatDoesNotFit_IsRefused()
    {
        TensorSpec[] two = [new("x", TensorElementType.Float64, [-1, 2])];
        Packed<Point>("the order (X) has 1 columns and a row of the input 'x' FP64[-1,2] has not", two, "X");
        Packed<Point>("the column 'Z' of the input 'x' FP64[-1,2] has no property in Point (X, Y)", two, "X", "Z");
        Packed<Point>("the property Point.X stands for two columns of the input", two, "X", "x");
        Packed<Point>("an order of columns (X, Y) needs a model with one input; this one has 2", [.. two, Score], "X", "Y");
        Packed<Point>("is double; make it float", [new("v", TensorElementType.Float32, [-1, 2])], "X", "Y");
        Packed<Vector>("the property Vector.Features for the column 'Features' of the input 'x' FP64[-1,1] is an array", [new("x", TensorElementType.Float64, [-1, 1])], "Features");
    }

    /// <summary>Else the version would be ready and answer with empty objects.</summary>
    [Fact]
    public void Outputs_ClassWithoutMembers_IsRefusedWithTheOutputsOfTheModel()
    {
        TensorSpec[] inputs = [new("x", TensorElementType.Float32, [-1, 1])];
        Refused<float, Empty>("Empty has no property that can be set", inputs);
        Refused<float, Empty>($"outputs: {Score}", inputs);
        Refused<float, Computed>("Computed has no property that can be set", inputs);
    }

    [Fact]
    public void Functions_TypesThatAreNoColumns_SayWhy()
    {
        Why<Nested, float>("the property Nested.Where is List<int?>, which no tensor holds");
        Why<float, Nested>("the property Nested.Where is List<int?>, which no tensor holds");
        Why<Dictionary<string, float>, float>("Dictionary<string, float> is no type with columns");
        Why<float, List<float>>("List<float> is no type with columns");
        Why<object, float>("object is no type with columns");
        Why<float, decimal>("decimal is no type with columns");
        Why<int?, float>("int? is no type with columns");
        Why<DayOfWeek, float>("DayOfWeek is no type with columns");
        Why<StringComparison, Empty>("StringComparison is no type with columns");
        Why<float, Empty>("Empty has no public property that is a column");
        Why<Closed, float>("Closed has no public");
        Why<Shape, float>("Shape is abstract");
        Why<Same, float>("two properties of Same are called 'A'");
    }

    [Fact]
    public void Functions_SignatureSaysNamesAndShapes()
    {
        TensorSignature signature = TensorBinding<Loan, Verdict>.FromTypes(out string? reason)!.Signature;
        Assert.Null(reason);
        Assert.Equal("'Amount' FP32[-1,1], 'Purpose' BYTES[-1,1], 'Term' INT32[-1,1] -> 'Denied' BOOL[-1,1], 'Score' FP32[-1,1], 'Word' BYTES[-1,1]", signature.ToString());
        Assert.All(signature.Inputs, i => Assert.True(i.IsScalar));
        signature = TensorBinding<float[], string>.FromTypes(out _)!.Signature;
        Assert.Equal("'input' FP32[-1,-1] -> 'output' BYTES[-1,1]", signature.ToString());
        Assert.False(signature.Inputs[0].IsScalar);
    }

    private static void Writes(Plain row, TensorSpec[] inputs, string expected)
    {
        using TensorSet set = new();
        TensorBinding<Plain, float>.Of(new(inputs, [Score])).WriteInputs(set, [row]);
        Assert.Equal(expected, set.ToString());
        Assert.Equal(row.LoanAmount, set[0].Value.Span<float>()[0]);
    }

    private static void Refused<TIn, TOut>(string message, TensorSpec[] inputs, TensorSpec[]? outputs = null)
    {
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(() => TensorBinding<TIn, TOut>.Of(new(inputs, outputs ?? [Score])));
        Assert.StartsWith("binding: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("Inputs of the model: ", error.Message, StringComparison.Ordinal);
    }

    private static void Packed<T>(string message, TensorSpec[] inputs, params string[] order) => Assert.Contains(
        message, Assert.Throws<ModelRejectedException>(() => TensorBinding<T, float>.Of(new(inputs, [Score]), order)).Message, StringComparison.Ordinal);

    private static void Why<TIn, TOut>(string expected)
    {
        Assert.Null(TensorBinding<TIn, TOut>.FromTypes(out string? reason));
        Assert.Contains(expected, reason, StringComparison.Ordinal);
    }

    private sealed class Plain
    {
        public float LoanAmount { get; set; }
    }

    private sealed class Twice
    {
        public float LoanAmount { get; set; }

        public float Loan_Amount { get; set; }
    }

    private sealed class Nested
    {
        public List<int?>? Where { get; set; }
    }

    private sealed class Vector
    {
        public double[]? Features { get; set; }

        public double X { get; set; }

        public double Y { get; set; }
    }

    private sealed class Same
    {
        public int A { get; set; }

        [ModelColumn("A")]
        public int B { get; set; }
    }

    private sealed class Closed
    {
        private Closed()
        {
        }

        public bool Denied { get; set; }

        public static Closed Make() => new();
    }

    private sealed class Empty;

    private sealed class Computed
    {
        public float Score => 1;
    }

    private abstract class Shape
    {
        public int Corners { get; set; }
    }

    private sealed class Fork
    {
        public Fork(int a) => A = a;

        public Fork(long b) => B = b;

        public int A { get; }

        public long B { get; }
    }
}
