using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

public sealed class OnnxSwapTests
{
    /// <summary>A session that is closed while it runs takes the process with it; this test would not come to its end.</summary>
    [Fact]
    public async Task Sessions_are_swapped_under_load_and_every_answer_is_of_its_version()
    {
        Revisions source = new();
        source.Name(Linear(0));
        await using ModelHost host = await HostAsync(source);
        using CancellationTokenSource stop = new();
        long runs = 0;
        Task[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using TensorSet ones = TensorSet.Of(("x", TensorValue.From<float>([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 10])));
            using TensorSet y = new();
            while (!stop.IsCancellationRequested)
            {
                using ModelLease lease = host.Lease("linear");
                lease.Run(ones, y, TestContext.Current.CancellationToken);
                if (y["y"].Span<float>()[0] != 6.875f + int.Parse(lease.Version, System.Globalization.CultureInfo.InvariantCulture))
                {
                    throw new InvalidOperationException($"{y["y"].Span<float>()[0]} of version {lease.Version}");
                }

                Interlocked.Increment(ref runs);
            }
        }))];
        for (int version = 1; version <= 60; version++)
        {
            source.Name(Linear(version));
            await AnswersAsync(host, $"{version}");
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        Assert.True(runs > 100);
    }

    [Fact]
    public async Task Swap_ManyTimes_EachSessionIsClosedOnceAndMemoryStaysFlat()
    {
        bool isFull = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full";

        // The compiler's second look at hot code and the heaps of native code, one for each thread that loads, settle in the first 1,000 swaps;
        // the 1,000 after them are measured, from the 50th on.
        int settling = isFull ? 1_000 : 0;
        int swaps = settling + (isFull ? 1_000 : 100);
        Counting runtime = new(new OnnxModelRuntime());
        Revisions source = new();
        source.Name(Mlp(0));
        long early = 0;
        long late = 0;
        await using (ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(runtime).Configure(o => o.FailStartup = true).Serve("linear", s => s.FromSource(source)), TestContext.Current.CancellationToken))
        {
            for (int version = 1; version <= swaps; version++)
            {
                source.Name(Mlp(version));
                await AnswersAsync(host, $"{version}");
                if (version == settling + 50)
                {
                    early = Resident();
                }
            }

            late = Resident();
            await UntilAsync(() => runtime.Disposed == swaps);
            Assert.Equal(swaps + 1, runtime.Loaded);
        }

        Assert.Equal(swaps + 1, runtime.Disposed);
        if (isFull)
        {
            Assert.True(late <= early * 1.05, $"{early >> 20} MiB after {settling + 50} swaps, {late >> 20} MiB after {swaps}");
        }
    }

    [Fact]
    public async Task A_byte_flipped_anywhere_never_replaces_the_good_model()
    {
        Revisions source = new();
        source.Name(Linear(0));
        await using ModelHost host = await HostAsync(source);
        byte[] good = OnnxModels.Mlp();
        SplitMix64 random = new(9);
        for (int i = 0; i < 100; i++)
        {
            byte[] changed = [.. good];
            changed[random.Below(changed.Length)] ^= (byte)(1 << random.Below(8));
            string version = $"tampered-{i}";
            source.Name(ModelRevision.FromFiles(
                version, Digest.Of(changed), _ => new ValueTask<ModelContent>(new ModelContent([new ContentFile("model.onnx", changed, Digest.Of(good))]))));
            await UntilAsync(() => host.Model("linear").Versions[0] is { State: VersionState.Rejected } v && v.Version == version);
            Assert.StartsWith($"version {version}: digest: ", host.Model("linear").Reason, StringComparison.Ordinal);
            Assert.Equal("0", host.Model("linear").Version);
        }
    }

    private static ModelRevision Linear(int version)
    {
        byte[] bytes = OnnxModels.Linear(version);
        return ModelRevision.FromFiles($"{version}", Digest.Of(bytes), _ => new ValueTask<ModelContent>(new ModelContent([new ContentFile("model.onnx", bytes)])));
    }

    /// <summary>The model mlp with other bytes for each version.</summary>
    private static ModelRevision Mlp(int version)
    {
        byte[] bytes = [.. OnnxModels.Mlp(), .. new ProtobufWriter().Message(14, p => p.Text(1, "version").Text(2, $"{version}")).ToArray()];
        return ModelRevision.FromFiles($"{version}", Digest.Of(bytes), _ => new ValueTask<ModelContent>(new ModelContent([new ContentFile("model.onnx", bytes)])));
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using System.Diagnostics.Process self = System.Diagnostics.Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    private static Task<ModelHost> HostAsync(Revisions source) => ModelHost.StartAsync(
        h => h.UseOnnxRuntime().Configure(o => o.FailStartup = true).Serve("linear", s => s.FromSource(source)), TestContext.Current.CancellationToken);

    private static Task AnswersAsync(ModelHost host, string version) => UntilAsync(() => host.Model("linear").Version == version);

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 10_000 && !condition(); i++)
        {
            await Task.Delay(3, TestContext.Current.CancellationToken);
        }

        Assert.True(condition());
    }

    /// <summary>Counts what is loaded and what of it is disposed.</summary>
    private sealed class Counting(OnnxModelRuntime inner) : IModelRuntime
    {
        private int _loaded;
        private int _disposed;

        public int Loaded => Volatile.Read(ref _loaded);

        public int Disposed => Volatile.Read(ref _disposed);

        public string Platform => inner.Platform;

        public bool Accepts(string fileName, ReadOnlySpan<byte> firstBytes) => inner.Accepts(fileName, firstBytes);

        public void Inspect(ModelContent content, ContentFile main, CancellationToken cancellationToken = default) => inner.Inspect(content, main, cancellationToken);

        public async ValueTask<LoadedModel> LoadAsync(ModelContent content, ContentFile main, CancellationToken cancellationToken = default)
        {
            LoadedModel model = await inner.LoadAsync(content, main, cancellationToken);
            Interlocked.Increment(ref _loaded);
            return new Counted(this, model);
        }

        private sealed class Counted(Counting counting, LoadedModel model) : LoadedModel
        {
            public override TensorSignature Signature => model.Signature;

            public override bool RowsAreBatched => model.RowsAreBatched;

            public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default) => model.Run(inputs, outputs, cancellationToken);

            protected override void Dispose(bool disposing)
            {
                model.Dispose();
                Assert.True(((OnnxModel)model).IsClosed);
                Interlocked.Increment(ref counting._disposed);
            }
        }
    }

    private sealed class Revisions : IModelSource
    {
        private readonly Channel<ModelRevision> _revisions = Channel.CreateUnbounded<ModelRevision>();

        public void Name(ModelRevision revision) => _revisions.Writer.TryWrite(revision);

        public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (ModelRevision revision in _revisions.Reader.ReadAllAsync(cancellationToken))
            {
                yield return ModelOffer.Of(revision);
            }
        }
    }
}
