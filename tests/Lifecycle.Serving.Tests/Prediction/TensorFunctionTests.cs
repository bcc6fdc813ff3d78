using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class TensorFunctionTests
{
    private static readonly Func<Loan, Verdict> Decide = l => new Verdict(l.Term > 10 || l.Purpose.Length > 3, (l.Amount / 2) + l.Term);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Property(MaxTest = 100)]
    public void Function_OverTensors_EqualsTheFunction((float, string, int)[] values)
    {
        Loan[] loans = [.. values.Select(v => new Loan(v.Item1, Sound(v.Item2), v.Item3))];
        using FunctionModel<Loan, Verdict> model = new(Decide);
        TensorBinding<Loan, Verdict> binding = TensorBinding<Loan, Verdict>.Of(model.Signature);
        using TensorSet inputs = new();
        using TensorSet outputs = new();
        binding.WriteInputs(inputs, loans);
        Assert.Equal(loans.Length, model.Signature.Check(inputs));
        model.Run(inputs, outputs, Token);
        Assert.Equal(["Denied", "Score", "Word"], outputs.Select(o => o.Key));
        Assert.All(outputs, o => Assert.Equal([loans.Length, 1L], o.Value.Shape));
        Assert.Equal(loans.Select(Decide), loans.Select((_, i) => binding.ReadOutput(outputs, i)));
        Assert.Equal(loans.Select(l => Decide(l).Word), outputs["Word"].ToStrings());

        // And the other way about: typed, through the tensors of the function.
        using TensorFunction<Loan, Verdict> typed = new(model, binding);
        Assert.Equal(loans.Select(Decide), loans.Select(typed.Predict));
    }

    [Fact]
    public void Function_ScalarsAsOneDimension_Answer()
    {
        using FunctionModel<Point, double> model = new(p => p.X - p.Y);
        using TensorSet inputs = TensorSet.Of(("X", TensorValue.From<double>([1, 2, 3], [3])), ("Y", TensorValue.From<double>([5, 5, 5], [3, 1])));
        using TensorSet outputs = new();
        Assert.Equal(3, model.Signature.Check(inputs));
        model.Run(inputs, outputs, Token);
        Assert.Equal([-4, -3, -2], outputs["output"].Span<double>().ToArray());
    }

    [Fact]
    public void Function_ThatThrowsOrIsCancelled_StopsThere()
    {
        List<int> seen = [];
        using CancellationTokenSource stop = new();
        using FunctionModel<int, int> model = new(x =>
        {
            seen.Add(x);
            if (x == 3)
            {
                stop.Cancel();
            }

            return 100 / (x - 10);
        });
        using TensorSet outputs = new();
        using TensorSet poison = TensorSet.Of(("input", TensorValue.From<int>([1, 10, 2], [3])));
        Assert.Throws<DivideByZeroException>(() => model.Run(poison, outputs, stop.Token));
        using TensorSet long_ = TensorSet.Of(("input", TensorValue.From<int>([3, 4, 5], [3])));
        Assert.Throws<OperationCanceledException>(() => model.Run(long_, outputs, stop.Token));
        Assert.Equal([1, 10, 3], seen);
    }

    [Fact]
    public void Function_WithoutColumns_SaysWhyItTakesNoTensors()
    {
        using FunctionModel<Dictionary<string, float>, float> model = new(d => d.Count);
        Assert.True(model.Signature.IsEmpty);
        using TensorSet set = new();
        Assert.Contains("takes no tensors: Dictionary<string, float> is no type with columns. Call it through its Predictor",
            Assert.Throws<InvalidInputException>(() => model.Run(set, set, Token)).Message, StringComparison.Ordinal);
        Assert.Equal(0, model.Bind<Dictionary<string, float>, float>()!.Predict([]));
        Assert.Null(model.Bind<string, float>());
    }

    [Fact]
    public async Task Function_Served_AnswersTensorsAndIsNotWarmedWithMadeUpRows()
    {
        List<int> seen = [];
        await using ModelHost host = await ModelHost.StartAsync(h => h.Serve("f", s => s.FromFunction<int, int>("1", x =>
        {
            lock (seen)
            {
                seen.Add(x);
            }

            return 100 / x;
        })), Token);
        using ModelLease lease = host.Lease("f");
        using TensorSet inputs = TensorSet.Of(("input", TensorValue.From<int>([4, 5], [2, 1])));
        using TensorSet outputs = lease.Run(inputs, Token);
        Assert.Equal([25, 20], outputs["output"].Span<int>().ToArray());
        Assert.Equal([4, 5], seen);
    }

    [Fact]
    public void TensorFunction_ScalarMembers_AllocateNothing()
    {
        using Doubling model = new();
        using TensorFunction<Numbers, Numbers> classes = new(model, TensorBinding<Numbers, Numbers>.Of(model.Signature));
        using TensorFunction<Pair, Pair> structs = new(model, TensorBinding<Pair, Pair>.Of(model.Signature));
        using TensorFunction<PairRecord, PairRecord> records = new(model, TensorBinding<PairRecord, PairRecord>.Of(model.Signature));
        classes.Warm();
        Numbers input = new() { Value = 1.5f, Count = 3 };
        Numbers output = new();
        Assert.Equal(0, Allocation.Least(() => classes.Predict(input, ref output)));
        Assert.Equal((3f, 6L), (output.Value, output.Count));
        Pair pair = default;
        Assert.Equal(0, Allocation.Least(() => structs.Predict(new Pair(1, 2), ref pair)));
        Assert.Equal(0, Allocation.Least(() => pair = structs.Predict(new Pair(1, 2))));
        Assert.Equal(new Pair(2, 4), pair);
        PairRecord record = new(1, 2);
        PairRecord kept = new(0, 0);
        Assert.Equal(0, Allocation.Least(() => records.Predict(record, ref kept)));
        Assert.Equal(new PairRecord(2, 4), kept);

        // A new object costs that object: two words of header, a float and a long.
        Assert.Equal(32, Allocation.Least(() => classes.Predict(input)));
        Assert.Equal(32, Allocation.Least(() => records.Predict(record)));
    }

    [Fact]
    public async Task TensorFunction_ManyThreads_EachGetsItsOwnAnswer()
    {
        using Doubling model = new();
        using TensorFunction<PairRecord, PairRecord> function = new(model, TensorBinding<PairRecord, PairRecord>.Of(model.Signature));
        int wrong = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(() =>
        {
            PairRecord reused = new(0, 0);
            for (int i = 0; i < 20_000; i++)
            {
                PairRecord input = new(t, i);
                function.Predict(input, ref reused);
                if (function.Predict(input) != new PairRecord(2 * t, 2L * i) || reused.Count != 2L * i)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }, Token)));
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void TensorFunction_AfterAFailedRun_StillAnswers()
    {
        using Doubling model = new();
        using TensorFunction<Pair, Pair> function = new(model, TensorBinding<Pair, Pair>.Of(model.Signature));
        Assert.Throws<ArithmeticException>(() => function.Predict(new Pair(13, 1)));
        Assert.Equal(new Pair(4, 6), function.Predict(new Pair(2, 3)));
    }

    /// <summary>Texts that UTF-8 can say.</summary>
    private static string Sound(string? text) => new([.. (text ?? string.Empty).Where(c => !char.IsSurrogate(c))]);

    /// <summary>Writes each input doubled; throws on 13.</summary>
    private sealed class Doubling : LoadedModel
    {
        public override TensorSignature Signature { get; } = new(
            [new("value", TensorElementType.Float32, [-1, 1]), new("count", TensorElementType.Int64, [-1])],
            [new("value", TensorElementType.Float32, [-1, 1]), new("count", TensorElementType.Int64, [-1])]);

        public override bool RowsAreBatched => true;

        public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
        {
            TensorValue value = inputs["value"];
            TensorValue count = inputs["count"];
            Span<float> values = outputs.Prepare("value", TensorElementType.Float32, value.Shape).Span<float>();
            Span<long> counts = outputs.Prepare("count", TensorElementType.Int64, count.Shape).Span<long>();
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = value.Span<float>()[i] == 13 ? throw new ArithmeticException("13 is poison") : 2 * value.Span<float>()[i];
                counts[i] = 2 * count.Span<long>()[i];
            }
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Numbers
    {
        public float Value { get; set; }

        public long Count { get; set; }
    }

    private readonly record struct Pair(float Value, long Count);

    private sealed record PairRecord(float Value, long Count);
}
