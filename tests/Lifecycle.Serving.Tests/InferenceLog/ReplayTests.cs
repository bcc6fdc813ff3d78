namespace Lifecycle.Serving.Tests;

public sealed class ReplayTests
{
    private const string Model = LogWorkspace.Model;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replay_1000Records_SameFunction_EqualToTheBit()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        Random random = new(42);
        using TensorSet outputs = new();
        for (int i = 0; i < 1_000; i++)
        {
            using TensorSet inputs = Inputs(random, rows: random.Next(1, 4));
            Score(inputs, outputs);
            ring.Record(world.Stamp(), inputs, outputs, 1);
            if (i == 500)
            {
                await world.RestartAsync();
                ring = await world.OpenAsync();
            }
        }

        world.Log.Replaying = Target(Score);
        ReplayReport report = await world.Log.ReplayAsync(Model, "7", LogWorkspace.Never, LogWorkspace.Ever, Token);
        Assert.Equal((1_000L, 1_000L, 0L, 0L, 0L, 0.0), (report.Records, report.Equal, report.Different, report.Errors, report.Skipped, report.MaximumDifference));
        Assert.Empty(report.First);
        Assert.Equal((Model, "7"), (report.Model, report.Version));
    }

    [Fact]
    public async Task Replay_OtherFunction_CountsDifferencesErrorsAndWhatCannotBeRun()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync(l => l.Redact("hidden", Redaction.Mask(1)));
        Guid same = world.Record(ring, 2, 4), other = world.Record(ring, 3, 5), poison = world.Record(ring, 13, 26);
        using (TensorSet inputs = TensorSet.Of(("x", TensorValue.From([1f], [1, 1]))))
        using (TensorSet hidden = TensorSet.Of(("x", TensorValue.From([0.5f], [1, 1])), ("hidden", TensorValue.From([1f], [1, 1]))))
        using (TensorSet needed = TensorSet.Of(("hidden", TensorValue.From([1f], [1, 1]))))
        using (TensorSet one = TensorSet.Of(("y", TensorValue.From([1f], [1, 1]))))
        using (TensorSet foreign = TensorSet.Of(("z", TensorValue.From([1f], [1, 1]))))
        using (TensorSet nan = TensorSet.Of(("y", TensorValue.From([float.NaN], [1, 1]))))
        {
            ring.Record(world.Stamp() with { Error = "System.Exception" }, inputs, null, 1);
            ring.Record(world.Stamp(), hidden, one, 1);
            ring.Record(world.Stamp(), needed, one, 1);
            ring.Record(world.Stamp(), foreign, inputs, 1);
            ring.Record(world.Stamp() with { Role = InferenceRole.Fallback }, inputs, inputs, 1);
            ring.Record(world.Stamp() with { Role = InferenceRole.Shadow }, inputs, inputs, 1);
            inputs["x"].Span<float>()[0] = float.NaN;
            ring.Record(world.Stamp(), inputs, nan, 1);
        }

        bool isHeld = true;
        world.Log.Replaying = (model, version, _) => new ValueTask<ReplayTarget>(new ReplayTarget(
            (inputs, outputs, _) =>
            {
                Assert.Equal((Model, "8"), (model, version));
                Assert.DoesNotContain(inputs, i => i.Key == "hidden");
                float x = inputs.TryGet("x", out TensorValue? value) ? value.Span<float>()[0] : throw new InvalidInputException("The input 'x' is missing.");
                outputs.Prepare("y", TensorElementType.Float32, [1, 1]).Span<float>()[0] = x == 13 ? throw new InvalidOperationException("poison") : x * 2;
            },
            new Held(() => isHeld = false)));
        ReplayReport report = await world.Log.ReplayAsync(Model, "8", LogWorkspace.Never, LogWorkspace.Ever, Token);
        Assert.Equal((9L, 3L, 1L, 1L, 4L, 1.0), (report.Records, report.Equal, report.Different, report.Errors, report.Skipped, report.MaximumDifference));
        Assert.Equal(2, report.First.Count);
        Assert.Equal(new ReplayDifference(other, "7", "output 'y': element 0 was 5 and is 6"), report.First.Single(d => d.RequestId == other));
        Assert.Equal(new ReplayDifference(poison, "7", "InvalidOperationException: poison"), report.First.Single(d => d.RequestId == poison));
        Assert.DoesNotContain(report.First, d => d.RequestId == same);
        Assert.False(isHeld);
    }

    [Fact]
    public async Task Replay_ShapeTypeOrOutputThatIsGone_Differs()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        for (int i = 0; i < 20; i++)
        {
            world.Record(ring, i);
        }

        foreach ((Action<TensorSet, TensorSet> run, string text) in new (Action<TensorSet, TensorSet>, string)[]
        {
            ((_, o) => o.Prepare("z", TensorElementType.Float32, [1, 1]), "output 'y': it is gone"),
            ((_, o) => o.Prepare("y", TensorElementType.Float64, [1, 1]), "output 'y': FP32[1,1] is FP64[1,1] now"),
            ((_, o) => o.Prepare("y", TensorElementType.Float32, [1]), "output 'y': FP32[1,1] is FP32[1] now"),
        })
        {
            world.Log.Replaying = Target(run);
            ReplayReport report = await world.Log.ReplayAsync(Model, "7", LogWorkspace.Never, LogWorkspace.Ever, Token);
            Assert.Equal((20L, 20L, 16), (report.Records, report.Different, report.First.Count));
            Assert.Equal(text, report.First[0].Text);
        }
    }

    [Fact]
    public async Task Replay_WithoutHost_SaysSo()
    {
        await using LogWorkspace world = LogWorkspace.New();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await world.Log.ReplayAsync(Model, "7", LogWorkspace.Never, LogWorkspace.Ever, Token));
    }

    private static Func<string, string, CancellationToken, ValueTask<ReplayTarget>> Target(Action<TensorSet, TensorSet> run) =>
        (_, _, _) => new ValueTask<ReplayTarget>(new ReplayTarget((inputs, outputs, _) => run(inputs, outputs), null));

    private static TensorSet Inputs(Random random, int rows)
    {
        float[] x = [.. Enumerable.Range(0, rows * 3).Select(_ => random.Next(20) == 0 ? float.NaN : (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20))))];
        string[] names = [.. Enumerable.Range(0, rows).Select(_ => $"n{random.Next(100)}")];
        return TensorSet.Of(("x", TensorValue.From<float>(x, [rows, 3])), ("name", TensorValue.From(names, [rows])));
    }

    private static void Score(TensorSet inputs, TensorSet outputs)
    {
        int rows = (int)inputs["x"].Shape[0];
        ReadOnlySpan<float> x = inputs["x"].Span<float>();
        Span<float> y = outputs.Prepare("y", TensorElementType.Float32, [rows, 1]).Span<float>();
        Span<double> z = outputs.Prepare("z", TensorElementType.Float64, [rows, 1]).Span<double>();
        Span<ReadOnlyMemory<byte>> label = outputs.Prepare("label", TensorElementType.Bytes, [rows]).Texts;
        for (int i = 0; i < rows; i++)
        {
            y[i] = (x[3 * i] * 0.3f) + (x[(3 * i) + 1] / 7f) - x[(3 * i) + 2];
            z[i] = Math.Sin(x[3 * i]) / 3;
            label[i] = inputs["name"].Texts[i].ToArray();
        }
    }

    private sealed class Held(Action released) : IDisposable
    {
        public void Dispose() => released();
    }
}
