using System.Collections.Concurrent;

namespace Lifecycle.Serving.Tests;

/// <summary>Versions are replaced while calls of every kind run.</summary>
public sealed class SwapUnderLoadTests
{
    private const int Callers = 64;

    private static readonly int Swaps = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full" ? 2_000 : 200;
    private static readonly TensorSignature Signature = new(
        [new("X", TensorElementType.Int32, [-1, 1])], [new("Y", TensorElementType.Int32, [-1, 1]), new("Version", TensorElementType.Int32, [-1, 1])]);

    private readonly ScriptRuntime _runtime = new();
    private readonly StampSource _source = new();
    private readonly List<ScriptModel> _models = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Swap_200TimesUnderLoad_NoFailureNoMixedVersion(bool isBatched)
    {
        _source.Name(Version(0, isBatched));
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(_runtime).Serve<Asked, Answered>("m", configure: m => m.FromSource(_source).Admission(a => a.QueueLength = 100_000)), Token);
        using CancellationTokenSource stop = new();
        ConcurrentDictionary<string, long> seen = new();
        long[] calls = new long[5];
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(i => Task.Run(() => CallAsync(host, i, calls, seen, () => stop.IsCancellationRequested)))];
        for (int version = 1; version <= Swaps; version++)
        {
            string name = $"{version}";
            _source.Name(Version(version, isBatched));
            await Eventually.HoldsAtOnce(() => host.Model("m").Version == name, $"version {name} answers");
        }

        await Eventually.Holds(() => seen.ContainsKey($"{Swaps}") && calls.All(c => c > 0), "the last version answers, on every way");
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        await Eventually.Holds(() => _models.SkipLast(1).All(m => m.Disposals == 1), "all old versions are freed");
        Assert.Equal((0, 0), (_models.Sum(m => m.Wrongs), _models[^1].Disposals));
        Assert.Equal((0L, VersionState.Ready), (host.Model("m").Versions.Sum(v => v.Failures), host.Model("m").State));
        Assert.Single(host.Model("m").Versions, v => v.State == VersionState.Ready);
    }

    [Fact]
    public async Task Answer_NeverCarriesAnotherVersionsOutput()
    {
        StampShelf shelf = new StampShelf().Has(_runtime.Revision("1", Outputs("a", "b"))).Has(_runtime.Revision("2", Outputs("b", "c"))).Points("champion", "1").Points("challenger", "2");
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(_runtime).Serve("m", m => m.FromSource(shelf).AllowSignatureChange().Split(("champion", 50), ("challenger", 50))), Token);
        using TensorSet inputs = TensorSet.Of(("X", TensorValue.From([1], [1, 1]))), outputs = new();
        HashSet<string> versions = [];
        for (int i = 0; i < 200; i++)
        {
            InferenceStamp stamp = await host.Model("m").InferAsync(inputs, outputs, cancellationToken: Token);
            versions.Add(stamp.Version);
            Assert.Equal(stamp.Version == "1" ? ["a", "b"] : ["b", "c"], outputs.Select(o => o.Key).Order());
            using ModelLease lease = host.Lease("m");
            lease.Run(inputs, outputs, Token);
            Assert.Equal(lease.Version == "1" ? ["a", "b"] : ["b", "c"], outputs.Select(o => o.Key).Order());
        }

        Assert.Equal(2, versions.Count);

        static ScriptModel Outputs(params string[] names) => new(
            new TensorSignature([new("X", TensorElementType.Int32, [-1, 1])], [.. names.Select(n => new TensorSpec(n, TensorElementType.Int32, [-1, 1]))]),
            (_, o, _) => Array.ForEach(names, n => o.Prepare(n, TensorElementType.Int32, [1, 1])));
    }

    [Fact]
    public async Task Swap_BatchRunsWhoseCallerGaveUp_ModelIsNotDisposedUnderIt()
    {
        using ManualResetEventSlim first = new(), second = new();
        ScriptModel slow = new(Signature, (i, o, _) =>
        {
            (i["X"].Span<int>()[0] == 1 ? first : second).Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
            Answer(i, o, 1);
        }, isBatched: true);
        _source.Name(_runtime.Revision("1", slow));
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(_runtime).Serve<Asked, Answered>("m", configure: m => m.FromSource(_source).Admission(a => a.MaxConcurrency = 4).Batching(b => b.Workers = 2)), Token);
        Predictor<Asked, Answered> predictor = host.Predictor<Asked, Answered>("m");
        using CancellationTokenSource giveUp = new();
        Task<Prediction<Answered>> inline = Task.Run(() => predictor.PredictAsync(new Asked { X = 1 }, Token).AsTask());
        await Eventually.Holds(() => slow.Running == 1, "a call runs on its own thread");
        Task<Prediction<Answered>> given = predictor.PredictAsync(new Asked { X = 2 }, giveUp.Token).AsTask();
        await Eventually.Holds(() => slow.Running == 2, "a batch runs");
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        _source.Name(Version(2, isBatched: true));
        await Eventually.Holds(() => host.Model("m").Version == "2", "version 2 answers");
        first.Set();
        Assert.Equal(1, (await inline).Value.Version);
        await Eventually.Holds(() => slow.Running == 1, "only the batch runs still");
        Assert.Equal((2, 0), (predictor.Predict(new Asked { X = 3 }).Version, slow.Disposals));
        second.Set();
        await Eventually.Holds(() => slow.Disposals == 1, "it is freed when the batch is over");
        Assert.Equal(0, slow.Wrongs);
    }

    [Fact]
    public async Task Swap_TypesThatDoNotFit_IsRejected_AndTheModelIsFreedOnce()
    {
        _source.Name(Version(1, isBatched: true));
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(_runtime).Serve<Asked, Answered>("m", configure: m => m.FromSource(_source).AllowSignatureChange()), Token);
        ScriptModel other = new(new TensorSignature([new("Z", TensorElementType.Int32, [-1, 1])], Signature.Outputs), (_, _, _) => { });
        _source.Name(_runtime.Revision("2", other));
        await Eventually.Holds(() => host.Model("m").Versions[0].State == VersionState.Rejected, "version 2 is rejected");
        Assert.StartsWith("version 2: binding: ", host.Model("m").Reason, StringComparison.Ordinal);
        Assert.Equal((1, "1"), (other.Disposals, host.Model("m").Version));
    }

    [Fact]
    public async Task Swap_1000Times_NoOldVersionStaysInMemory()
    {
        StampSource source = new();
        List<WeakReference> functions = [];
        source.Name(Function(0));
        await using ModelHost host = await ModelHost.StartAsync(h => h.Serve<int, Stamped>("m", configure: m => m.FromSource(source)), Token);
        for (int i = 1; i <= 1_000; i++)
        {
            string name = $"{i}";
            source.Name(Function(i));
            await Eventually.HoldsAtOnce(() => host.Model("m").Version == name, $"version {name} answers");
            Assert.Equal(name, host.Predictor<int, Stamped>("m").Predict(i).Version);
        }

        await Eventually.Holds(() => host.Model("m").Versions.Count(v => v.State is VersionState.Ready or VersionState.Draining) == 1, "one version lives");
        Assert.InRange(host.Model("m").Versions.Count, 1, 16);

        // What answers, and what the last tasks and offers may still hold.
        await Eventually.Holds(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return functions.Count(f => f.IsAlive) <= 8;
            },
            "the functions of old versions are collected");
        Assert.True(functions[^1].IsAlive);

        ModelRevision Function(int version)
        {
            Labelled labelled = new($"{version}");
            functions.Add(new WeakReference(labelled));
            return ModelRevision.FromFunction<int, Stamped>(labelled.Version, labelled.Answer);
        }
    }

    private static void Answer(TensorSet inputs, TensorSet outputs, int version)
    {
        Span<int> x = inputs["X"].Span<int>();
        x.CopyTo(outputs.Prepare("Y", TensorElementType.Int32, [x.Length, 1]).Span<int>());
        outputs.Prepare("Version", TensorElementType.Int32, [x.Length, 1]).Span<int>().Fill(version);
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Another answer: {what}");
        }
    }

    private static async Task CallAsync(ModelHost host, int caller, long[] calls, ConcurrentDictionary<string, long> seen, Func<bool> isOver)
    {
        ServedModel model = host.Model("m");
        Predictor<Asked, Answered> predictor = host.Predictor<Asked, Answered>("m");
        using TensorSet inputs = TensorSet.Of(("X", TensorValue.From([1, 2], [2, 1]))), outputs = new();
        for (int i = caller; !isOver(); i += Callers)
        {
            string version;
            switch (caller % 5)
            {
                case 0:
                    Answered answer = predictor.Predict(new Asked { X = i });
                    Require(answer.Y == i, $"{answer.Y} for {i}");
                    version = $"{answer.Version}";
                    break;
                case 1:
                    Prediction<Answered> prediction = await predictor.PredictAsync(new Asked { X = i }, default);
                    Require(prediction.Value.Y == i && $"{prediction.Value.Version}" == prediction.Version, $"{prediction} for {i}");
                    version = prediction.Version;
                    break;
                case 2:
                    (inputs["X"].Span<int>()[0], inputs["X"].Span<int>()[1]) = (i, -i);
                    InferenceStamp stamp = await model.InferAsync(inputs, outputs);
                    RequireTensors(stamp.Version);
                    version = stamp.Version;
                    break;
                case 3:
                    using (ModelLease lease = host.Lease("m"))
                    {
                        (inputs["X"].Span<int>()[0], inputs["X"].Span<int>()[1]) = (i, -i);
                        lease.Run(inputs, outputs);
                        await Task.Yield();
                        lease.Run(inputs, outputs);
                        RequireTensors(lease.Version);
                        version = lease.Version;
                    }

                    break;
                default:
                    List<Scored<Answered>> scored = await predictor.ScoreAsync(Enumerable.Range(i, 20).Select(x => new Asked { X = x })).ToListAsync();
                    Require(scored.Select(s => s.Value.Y).SequenceEqual(Enumerable.Range(i, 20)), "rows in another order");
                    version = $"{scored.Select(s => s.Value.Version).Distinct().Single()}";
                    break;
            }

            seen[version] = 1;
            Interlocked.Increment(ref calls[caller % 5]);
            await Task.Yield();

            void RequireTensors(string answered) => Require(
                outputs["Y"].Span<int>().SequenceEqual([i, -i]) && outputs["Version"].Span<int>().IndexOfAnyExcept(int.Parse(answered, System.Globalization.CultureInfo.InvariantCulture)) < 0,
                $"{outputs} of {answered} for {i}");
        }
    }

    private ModelRevision Version(int version, bool isBatched)
    {
        _models.Add(new ScriptModel(Signature, (i, o, _) => Answer(i, o, version), isBatched));
        return _runtime.Revision($"{version}", _models[^1]);
    }

    private sealed class Labelled(string version)
    {
        public string Version => version;

        public Stamped Answer(int input) => new(input, version);
    }

    private sealed class Asked
    {
        public int X { get; set; }
    }

    private sealed class Answered
    {
        public int Y { get; set; }

        public int Version { get; set; }
    }
}
