using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Serving.Tests;

/// <summary>What goes wrong around one version holds up no other, of no model and no host.</summary>
public sealed class LoadFaultTests
{
    private static readonly TensorSignature Narrow = new([new("x", TensorElementType.Int32, [-1, 1])], [new("y", TensorElementType.Int32, [-1, 1])]);
    private static readonly TensorSignature Wide = new([new("x", TensorElementType.Int32, [-1, 2])], [new("y", TensorElementType.Int32, [-1, 1])]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rejected_DisposeThrows_TheReasonStays_AndOthersAreLoaded()
    {
        ScriptRuntime runtime = new();
        StampSource source = new();
        KeptLines log = new();
        source.Name(runtime.Revision("1", new Stubborn(Narrow)));
        await using ModelHost host = await ModelHost.StartAsync(h => h.UseRuntime(runtime).UseLogging(log).Serve("m", m => m.FromSource(source)), Token);
        source.Name(runtime.Revision("2", new Stubborn(Wide)));
        await Eventually.Holds(() => host.Model("m").Versions[0].State == VersionState.Rejected, "version 2 is rejected");
        Assert.StartsWith("version 2: signature: ", host.Model("m").Reason, StringComparison.Ordinal);
        Assert.Contains(log.Lines, l => l == "Model 'm': disposing version 2 failed.");
        source.Name(runtime.Revision("3", new Stubborn(Narrow)));
        await Eventually.Holds(() => host.Model("m").Version == "3", "version 3 answers");
        await using ModelHost other = await ModelHost.StartAsync(h => h.Serve("n", m => m.FromFunction<int, int>("1", x => x)), Token).WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.True(other.IsReady);
    }

    [Fact]
    public async Task Discarded_TypedPartThrows_TheModelIsDisposed()
    {
        StampModel model = new(["1"]);
        int drained = 0;
        ServedVersion version = new(
            "1", model, new StubbornTyped(), "stamp",
            _ => throw new InvalidOperationException($"drained {Interlocked.Increment(ref drained)}"),
            _ => new VersionRunner("stamp", "1", model, new AdmissionOptions(), new BatchingOptions(), new VersionCounters(), TimeProvider.System, () => 0));
        version.Close();
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => version.Disposal.WaitAsync(TimeSpan.FromMinutes(1), Token));
        Assert.Equal(("typed", 1, 1), (error.Message, model.Disposals, drained));
    }

    [Fact]
    public async Task Read_Hangs_AnotherModelIsLoaded()
    {
        using ManualResetEventSlim reads = new(), go = new();
        StampSource stuck = new(), free = new();
        stuck.Name(StampSource.Files("1", "1"));
        free.Name(StampSource.Files("1", "1"));
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(new StampRuntime()).Serve("stuck", m => m.FromSource(stuck)).Serve("free", m => m.FromSource(free)), Token);
        stuck.Name(StampSource.Files("2", "2", read: () =>
        {
            reads.Set();
            go.Wait(TimeSpan.FromMinutes(2));
        }));
        Assert.True(reads.Wait(TimeSpan.FromMinutes(1), Token), "it is not read");
        free.Name(StampSource.Files("2", "2"));
        await Eventually.Holds(() => host.Model("free").Version == "2", "the other model is loaded");
        Assert.Equal("1", host.Model("stuck").Version);
        go.Set();
        await Eventually.Holds(() => host.Model("stuck").Version == "2", "the read goes on");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LoggerOrMeterThrows_VersionsComeAndGo(bool logs)
    {
        string name = logs ? "loud-log" : "loud-meter";
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Lifecycle.Serving" && !instrument.Name.Contains("prediction", StringComparison.Ordinal))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Throw(tags));
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Throw(tags));
        listener.Start();
        StampRuntime runtime = new();
        StampSource source = new();
        source.Name(StampSource.Files("1", "1"));
        ModelHost host = await ModelHost.StartAsync(
            h =>
            {
                h.UseRuntime(runtime).Serve(name, m => m.FromSource(source));
                if (logs)
                {
                    h.UseLogging(new Loud());
                }
            },
            Token);
        ServedModel model = host.Model(name);
        Assert.Equal(("1", null), (model.Version, model.Reason));
        source.Name(StampSource.Files("2", "2 reject"));
        await Eventually.Holds(() => model.Reason == "version 2: guard: it says reject", "version 2 is rejected");
        source.Name(StampSource.Files("3", "3"));
        await Eventually.Holds(() => model is { Version: "3", Reason: null }, "version 3 answers");
        await Eventually.Holds(() => runtime.Loaded[0].Disposals == 1, "version 1 is freed");
        Assert.Equal(2, runtime.Loaded.Count);
        await host.DisposeAsync();
        Assert.Equal(1, runtime.Loaded[1].Disposals);

        // The instruments are those of all tests.
        void Throw(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                if (!logs && tag.Value as string == name)
                {
                    throw new InvalidOperationException("the listener is broken");
                }
            }
        }
    }

    /// <summary>Cannot be disposed.</summary>
    private sealed class Stubborn(TensorSignature signature) : LoadedModel
    {
        public override TensorSignature Signature => signature;

        public override bool RowsAreBatched => false;

        internal override bool TakesMadeUpRows => false;

        public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default) => outputs.Prepare("y", TensorElementType.Int32, [1, 1]);

        protected override void Dispose(bool disposing) => throw new InvalidOperationException("the session is stuck");
    }

    private sealed class StubbornTyped : TypedModel
    {
        public override void Warm()
        {
        }

        public override void Dispose() => throw new InvalidOperationException("typed");
    }

    private sealed class Loud : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new IOException("the disk of the log is full");

        public void Dispose()
        {
        }
    }
}
