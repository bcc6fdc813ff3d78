using Lifecycle.Serving.TestModels;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Serving.Tests;

public sealed class ShadowTests
{
    private static readonly TensorSignature Pair = new(
        [new("x", TensorElementType.Float32, [-1, 2])], [new("y", TensorElementType.Float32, [-1, -1])]);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ScriptRuntime _runtime = new();
    private readonly StampShelf _shelf = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shadow_ScriptedSequence_ReportIsExact()
    {
        // Answer of the primary, answer of the shadow; null is thrown.
        (float[] Primary, float[]? Shadow)[] script =
        [
            ([1, 2], [1, 2]),
            ([1_024, 4], [1_024.0625f, 4]),
            ([1, 3], [1, 3.5f]),
            ([1, 2], [2, 1]),
            ([float.NaN, 1], [float.NaN, 1]),
            ([1, 2], [1, 2, 3]),
            ([1, 2], null),
        ];
        int turn = 0;
        await using ModelHost host = await HostAsync(
            Model(() => script[turn].Primary, milliseconds: 10),
            Model(() => script[turn].Shadow ?? throw new InvalidOperationException("scripted"), milliseconds: 25));
        for (; turn < script.Length; turn++)
        {
            float[] answer = await AskAsync(host);
            Assert.Equal(script[turn].Primary, answer);
            int runs = turn + 1;
            await Eventually.Holds(() => host.Model("m").ShadowReport.Runs == runs, $"copy {runs} ran");
        }

        ShadowReport report = host.Model("m").ShadowReport;
        Assert.Equal((3L, 3L, 1L, 0L), (report.Matches, report.Mismatches, report.Errors, report.Dropped));
        Assert.Equal(1, report.LargestDifference);
        Assert.Equal((0.0625 + 0.5 + 2) / 10, report.MeanDifference, 1e-12);
        Assert.Equal(4 / 5.0, report.ArgMaxAgreement, 1e-12);
        Assert.Equal(2.5, report.LatencyRatio, 1e-9);

        // What the shadow does is in no statistics, its own or the primary's.
        Assert.Equal([("1", 7L, 0L), ("2", 0L, 0L)], host.Model("m").Versions.OrderBy(v => v.Version).Select(v => (v.Version, v.Predictions, v.Failures)));
    }

    [Fact]
    public void Shadow_NotFiniteAgainstFinite_IsInfinitelyFarApart()
    {
        ShadowTally tally = new();
        using TensorSet one = TensorSet.Of(("y", TensorValue.From([1f, float.PositiveInfinity], [1, 2])), ("n", TensorValue.From([7], [1])));
        using TensorSet two = TensorSet.Of(("y", TensorValue.From([float.NaN, float.PositiveInfinity], [1, 2])), ("n", TensorValue.From([7], [1])));
        using TensorSet other = TensorSet.Of(("y", TensorValue.From([1f, float.PositiveInfinity], [1, 2])), ("n", TensorValue.From([8], [1])));
        using TensorSet half = TensorSet.Of(("y", TensorValue.From([1f, float.PositiveInfinity], [1, 2])));
        Assert.True(tally.Compare(one, one, false, TimeSpan.Zero, TimeSpan.Zero));
        Assert.Equal((0.0, 0.0), (tally.Report().LargestDifference, tally.Report().MeanDifference));
        Assert.False(tally.Compare(one, other, false, TimeSpan.Zero, TimeSpan.Zero));
        Assert.False(tally.Compare(one, half, false, TimeSpan.Zero, TimeSpan.Zero));
        Assert.True(new ShadowTally().Compare(half, one, true, TimeSpan.Zero, TimeSpan.Zero));
        Assert.False(new ShadowTally().Compare(one, half, true, TimeSpan.Zero, TimeSpan.Zero));
        Assert.False(tally.Compare(one, two, false, TimeSpan.Zero, TimeSpan.Zero));
        Assert.Equal((double.PositiveInfinity, 1L, 3L), (tally.Report().LargestDifference, tally.Report().Matches, tally.Report().Mismatches));
        Assert.Equal(double.NaN, new ShadowTally().Report().MeanDifference);
    }

    [Fact]
    public async Task Shadow_Hangs_CallersAreUnaffected_AndEveryCopyIsAccountedFor()
    {
        using ManualResetEventSlim go = new();
        ScriptModel shadow = Model(() =>
        {
            go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
            return [1, 2];
        });
        await using ModelHost host = await HostAsync(Model(() => [1, 2]), shadow);
        await AskAsync(host);
        await Eventually.Holds(() => shadow.Running == 1, "the shadow hangs");
        for (int i = 0; i < 300; i++)
        {
            float[] answer = await AskAsync(host);
            Assert.Equal([1, 2], answer);
        }

        // 256 copies wait, the rest is dropped at once.
        Assert.Equal((0L, 44L), (host.Model("m").ShadowReport.Runs, host.Model("m").ShadowReport.Dropped));
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(0, host.Model("m").ShadowReport.Errors);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.Holds(() => host.Model("m").ShadowReport.Dropped == 300, "the copies behind it are dropped");
        Assert.Equal((1L, 1L), (host.Model("m").ShadowReport.Errors, host.Model("m").ShadowReport.Runs));
        Assert.Equal((301L, 301L), (host.Model("m").Versions.Single(v => v.Version == "1").Statistics.Successes, host.Model("m").Versions.Single(v => v.Version == "1").Predictions));

        // When it comes back, what it says of the late copy is not counted, and it gets copies again.
        go.Set();
        await Eventually.Holds(() => shadow.Running == 0, "the shadow comes back");
        await Eventually.Holds(
            () =>
            {
                AskAsync(host).GetAwaiter().GetResult();
                return host.Model("m").ShadowReport.Matches > 0;
            },
            "it gets copies again");
        Assert.Equal(1, host.Model("m").ShadowReport.Errors);
    }

    [Fact]
    public async Task Shadow_HangsAndIsReplaced_TheNextVersionGetsCopies_AndTheStopWaitsForNobody()
    {
        using ManualResetEventSlim go = new();
        ScriptModel shadow = Model(() =>
        {
            go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
            return [1, 2];
        });
        ModelHost host = await HostAsync(Model(() => [1, 2]), shadow);
        await AskAsync(host);
        await Eventually.Holds(() => shadow.Running == 1, "the shadow hangs");
        _clock.Advance(TimeSpan.FromSeconds(30));
        await Eventually.Holds(() => host.Model("m").ShadowReport.Errors == 1, "it is given up");
        _shelf.Has(_runtime.Revision("3", Model(() => [1, 2]))).Points("candidate", "3");
        await Eventually.Holds(() => host.Model("m").ReadyVersions is ["1", "3"], "another shadow is there");
        await AskAsync(host);
        await Eventually.Holds(() => host.Model("m").ShadowReport.Matches == 1, "it gets copies");

        // The clock stands still: a stop that waited for the shadow would never end.
        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Equal((0, 1), (shadow.Disposals, shadow.Running));
        go.Set();
        await Eventually.Holds(() => shadow.Disposals == 1, "it is freed when its run is over");
        Assert.Equal(0, shadow.Wrongs);
    }

    [Fact]
    public async Task Shadow_RunsAtTheStop_IsToldToEnd()
    {
        using ManualResetEventSlim begun = new();
        ScriptModel shadow = new(Pair, (_, _, token) =>
        {
            begun.Set();
            token.WaitHandle.WaitOne(TimeSpan.FromMinutes(1));
            token.ThrowIfCancellationRequested();
        });
        ModelHost host = await HostAsync(Model(() => [1, 2]), shadow);
        await AskAsync(host);
        Assert.True(begun.Wait(TimeSpan.FromMinutes(1), Token));
        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Equal((1, 0), (shadow.Disposals, shadow.Wrongs));
    }

    [Fact]
    public async Task Shadow_ReplacedWhileCopiesWait_DropsThem()
    {
        using ManualResetEventSlim go = new();
        ScriptModel shadow = Model(() =>
        {
            go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
            return [1, 2];
        });
        await using ModelHost host = await HostAsync(Model(() => [1, 2]), shadow);
        for (int i = 0; i < 11; i++)
        {
            await AskAsync(host);
        }

        await Eventually.Holds(() => shadow.Running == 1, "the first copy runs");
        _shelf.Has(_runtime.Revision("3", Model(() => [2, 1]))).Points("candidate", "3");
        await Eventually.Holds(() => host.Model("m").ReadyVersions is ["1", "3"], "another shadow is there");
        await AskAsync(host);
        go.Set();
        await Eventually.Holds(() => host.Model("m").ShadowReport is { Mismatches: 1 }, "the new shadow ran its copy");
        Assert.Equal((1L, 0L, 10L), (host.Model("m").ShadowReport.Matches, host.Model("m").ShadowReport.Errors, host.Model("m").ShadowReport.Dropped));
        await Eventually.Holds(() => shadow.Disposals == 1, "the old one is freed");
        Assert.Equal((1, 0), (shadow.Runs, shadow.Wrongs));
    }

    [Fact]
    public async Task Shadow_HasRecordsOfItsOwn_AlsoWhenItThrowsOrHangs()
    {
        await using RegistryWorkspace world = new();
        int turn = 0;
        using ManualResetEventSlim go = new();
        ScriptModel shadow = Model(() => turn switch
        {
            0 => [1, 2],
            1 => throw new ArithmeticException("scripted"),
            _ => go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None) ? [1, 2] : [],
        });
        List<Guid> ids = [];
        await using (ModelHost host = await HostAsync(Model(() => [1, 2]), shadow, m => m.LogInferences(), world))
        {
            for (; turn < 3; turn++)
            {
                using TensorSet x = Inputs(), y = new();
                ids.Add((await host.Model("m").InferAsync(x, y, cancellationToken: Token)).RequestId);
                if (turn == 2)
                {
                    await Eventually.Holds(() => shadow.Running == 1, "the shadow hangs");
                    _clock.Advance(TimeSpan.FromSeconds(30));
                }

                int runs = turn + 1;
                await Eventually.Holds(() => host.Model("m").ShadowReport.Runs == runs, $"copy {runs} ran");
            }

            go.Set();
        }

        await using ModelHost reader = await HostAsync(Model(() => [1, 2]), Model(() => [1, 2]), m => m.LogInferences(), world);
        List<InferenceRecord> records = await reader.InferenceLog.ReadAsync("m", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, Token).ToListAsync(Token);
        Assert.Equal(
            ids.Order().SelectMany(id => new[] { (id, InferenceRole.Primary), (id, InferenceRole.Shadow) }),
            records.Select(r => (r.RequestId, r.Stamp.Role)).OrderBy(r => r));
        Assert.All(records.Where(r => r.Stamp.Role == InferenceRole.Primary), r => Assert.Equal(("1", "champion", null, 1.0), (r.Stamp.Version, r.Stamp.Arm, r.Stamp.Error, r.Stamp.Propensity)));
        Assert.Equal(
            [(ids[0], null, true), (ids[1], nameof(ArithmeticException), false), (ids[2], nameof(TimeoutException), false)],
            records.Where(r => r.Stamp.Role == InferenceRole.Shadow).OrderBy(r => ids.IndexOf(r.RequestId)).Select(r => (r.RequestId, r.Stamp.Error, r.Outputs is not null)));
        Assert.All(records.Where(r => r.Stamp.Role == InferenceRole.Shadow), r => Assert.Equal(("2", "candidate", 0.0), (r.Stamp.Version, r.Stamp.Arm, r.Stamp.Propensity)));
    }

    /// <summary>A typed answer may hold some outputs of many: those are compared, the others are nobody's.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shadow_TypedCalls_CompareTheOutputsThatTheTypeHolds(bool isBatched)
    {
        int turn = 0;
        ScriptModel Two(Func<(float Score, float Odds)> answer) => new(
            new([new("x", TensorElementType.Float32, [-1, 1])], [new("score", TensorElementType.Float32, [-1, 1]), new("odds", TensorElementType.Float32, [-1, 1])]),
            (inputs, outputs, _) =>
            {
                (float score, float odds) = answer();
                outputs.Prepare("score", TensorElementType.Float32, inputs["x"].Shape).Span<float>().Fill(score);
                outputs.Prepare("odds", TensorElementType.Float32, inputs["x"].Shape).Span<float>().Fill(odds);
            },
            isBatched);
        _shelf.Has(_runtime.Revision("1", Two(() => (1, 2)))).Has(_runtime.Revision("2", Two(() => (turn < 2 ? 1 : 5, 3)))).Points("champion", "1").Points("candidate", "2");
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseTime(_clock).UseRuntime(_runtime).Serve<Question, Part>("m", configure: m => m.FromSource(_shelf).Split(("champion", 100)).Shadow("candidate")), Token);
        Predictor<Question, Part> predictor = host.Predictor<Question, Part>("m");
        for (; turn < 4; turn++)
        {
            Question question = new() { X = turn };
            Assert.Equal(1, turn % 2 == 0 ? predictor.Predict(question).Score : (await predictor.PredictAsync(question, Token)).Value.Score);
            int runs = turn + 1;
            await Eventually.Holds(() => host.Model("m").ShadowReport.Runs == runs, $"copy {runs} ran");
        }

        ShadowReport report = host.Model("m").ShadowReport;
        Assert.Equal((2L, 2L, 0L, 0L), (report.Matches, report.Mismatches, report.Errors, report.Dropped));
        Assert.Equal((4.0, 2.0), (report.LargestDifference, report.MeanDifference));

        // In tensors the caller gets all, so all is compared.
        turn = 0;
        using TensorSet x = TensorSet.Of(("x", TensorValue.From([1f], [1, 1]))), y = new();
        await host.Model("m").InferAsync(x, y, cancellationToken: Token);
        await Eventually.Holds(() => host.Model("m").ShadowReport.Mismatches == 3, "the copy in tensors ran");
    }

    [Fact]
    public async Task Shadow_Hangs_AtMost64MiBOfCopiesWait()
    {
        using ManualResetEventSlim go = new();
        TensorSignature wide = new([new("x", TensorElementType.UInt8, [-1, -1])], [new("y", TensorElementType.Float32, [-1, -1])]);
        ScriptModel shadow = new(wide, (_, o, _) => o.Prepare("y", TensorElementType.Float32, [go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None) ? 1 : 2, 1]).Raw.Clear());
        await using ModelHost host = await HostAsync(new ScriptModel(wide, (_, o, _) => o.Prepare("y", TensorElementType.Float32, [1, 1]).Raw.Clear()), shadow);
        using TensorSet x = TensorSet.Of(("x", TensorValue.From(new byte[16 << 20], [1, 16 << 20]))), y = new();
        await host.Model("m").InferAsync(x, y, cancellationToken: Token);
        await Eventually.Holds(() => shadow.Running == 1, "the shadow hangs");
        for (int i = 0; i < 7; i++)
        {
            await host.Model("m").InferAsync(x, y, cancellationToken: Token);
        }

        // With what came out of it a copy is a little more than 16 MiB.
        Assert.Equal(4, host.Model("m").ShadowReport.Dropped);
        go.Set();
        await Eventually.Holds(() => host.Model("m").ShadowReport.Matches == 4, "those that waited ran");
        await host.Model("m").InferAsync(x, y, cancellationToken: Token);
        await Eventually.Holds(() => host.Model("m").ShadowReport.Matches == 5, "there is room again");
    }

    [Fact]
    public async Task Shadow_Sample_IsByTheIdOfTheRequest()
    {
        await using ModelHost host = await HostAsync(Model(() => [1, 2]), Model(() => [1, 2]), m => m.Shadow("candidate", 0.25));
        int wanted = 0;
        for (int i = 0; i < 200; i++)
        {
            Guid id = LifecycleId.New(_clock);
            wanted += ShadowRunner.Wants(id, 0.25) ? 1 : 0;
            using TensorSet x = Inputs(), y = new();
            await host.Model("m").InferAsync(x, y, new() { RequestId = id }, Token);
        }

        Assert.InRange(wanted, 20, 90);
        await Eventually.Holds(() => host.Model("m").ShadowReport.Matches == wanted, "each wanted request ran");
        Assert.Equal((wanted, 0L), (host.Model("m").ShadowReport.Runs, host.Model("m").ShadowReport.Dropped));
    }

    private static TensorSet Inputs() => TensorSet.Of(("x", TensorValue.From([1f, 2f], [1, 2])));

    private static async Task<float[]> AskAsync(ModelHost host)
    {
        using TensorSet x = Inputs(), y = new();
        InferenceStamp stamp = await host.Model("m").InferAsync(x, y, cancellationToken: Token);
        Assert.Equal("1", stamp.Version);
        return y["y"].Span<float>().ToArray();
    }

    private ScriptModel Model(Func<float[]> answer, int milliseconds = 0) => new(Pair, (_, outputs, _) =>
    {
        float[] y = answer();
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        y.CopyTo(outputs.Prepare("y", TensorElementType.Float32, [1, y.Length]).Span<float>());
    });

    private Task<ModelHost> HostAsync(LoadedModel primary, LoadedModel shadow, Action<ServedModelBuilder>? configure = null, IServiceProvider? world = null)
    {
        _shelf.Has(_runtime.Revision("1", primary)).Has(_runtime.Revision("2", shadow)).Points("champion", "1").Points("candidate", "2");
        return ModelHost.StartAsync(
            h =>
            {
                h.UseTime(_clock).UseRuntime(_runtime).Serve("m", m =>
                {
                    m.FromSource(_shelf).Split(("champion", 100)).Shadow("candidate");
                    configure?.Invoke(m);
                });
                if (world is not null)
                {
                    h.UseServices(world);
                }
            },
            Token);
    }

    private sealed class Question
    {
        public float X { get; set; }
    }

    private sealed class Part
    {
        public float Score { get; set; }
    }
}
