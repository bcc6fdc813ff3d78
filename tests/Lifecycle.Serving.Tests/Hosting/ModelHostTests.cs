namespace Lifecycle.Serving.Tests;

public sealed class ModelHostTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serves_functions_without_a_container()
    {
        await using ModelHost host = await ModelHost.StartAsync(
            h => h
                .Serve("double", s => s.FromFunction<int, int>("v1", x => 2 * x))
                .Serve("sum", s => s.FromFunction(
                    "v1",
                    new TensorSignature([new("x", TensorElementType.Int32, [-1, 2])], [new("y", TensorElementType.Int32, [-1, 1])]),
                    (inputs, outputs) =>
                    {
                        ReadOnlySpan<int> x = inputs["x"].Span<int>();
                        Span<int> y = outputs.Prepare("y", TensorElementType.Int32, [x.Length / 2, 1]).Span<int>();
                        for (int i = 0; i < y.Length; i++)
                        {
                            y[i] = x[2 * i] + x[(2 * i) + 1];
                        }
                    })),
            Token);
        Assert.True(host.IsReady);
        Assert.Equal(42, host.Predictor<int, int>("double").Predict(21));
        Assert.Equal(["double", "sum"], host.Models.Select(m => m.Name));
        Assert.Equal((typeof(int), typeof(int), "function", "v1"), (host.Models[0].InputType, host.Models[0].OutputType, host.Models[0].Platform, host.Models[0].Version));
        using ModelLease lease = host.Lease("sum");
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From<int>([1, 2, 3, 4], shape: [2, 2])));
        using TensorSet outputs = lease.Run(inputs);
        Assert.Equal([3, 7], outputs["y"].Span<int>().ToArray());
        Assert.Equal(2, host.Model("sum").Versions[0].Predictions);
    }

    [Fact]
    public async Task Wrong_names_and_types_are_told_clearly()
    {
        await using ModelHost host = await ModelHost.StartAsync(h => h.Serve("double", s => s.FromFunction<int, int>("v1", x => 2 * x)), Token);
        Assert.Contains("'treble' is not served; served: double", Assert.Throws<UnknownModelException>(() => host.Lease("treble")).Message, StringComparison.Ordinal);
        Assert.Contains("Int32 -> Int32", Assert.Throws<InvalidOperationException>(() => host.Predictor<int, string>("double")).Message, StringComparison.Ordinal);
        string hostile = Assert.Throws<UnknownModelException>(() => host.Lease("../x\n" + new string('y', 10_000))).Message;
        Assert.DoesNotContain('\n', hostile);
        Assert.InRange(hostile.Length, 0, 300);
        using ModelLease lease = host.Lease("double");
        using TensorSet none = new();
        Assert.Contains("The input 'input' INT32[-1,1] is missing", Assert.Throws<InvalidInputException>(() => lease.Run(none)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_plans_fail_the_start()
    {
        Task<ModelHost> Start(Action<ModelHostBuilder> configure) => ModelHost.StartAsync(configure, Token);
        await Assert.ThrowsAsync<InvalidNameException>(() => Start(h => h.Serve("../x", s => s.FromFunction<int, int>("1", x => x))));
        await Assert.ThrowsAsync<InvalidNameException>(() => Start(h => h.Serve("x", s => s.FromFunction<int, int>("../1", x => x))));
        Assert.Contains("twice", (await Assert.ThrowsAsync<LifecycleException>(() => Start(h => h
            .Serve("x", s => s.FromFunction<int, int>("1", x => x)).Serve("x", s => s.FromFunction<int, int>("1", x => x))))).Message, StringComparison.Ordinal);
        Assert.Contains("no source", (await Assert.ThrowsAsync<LifecycleException>(() => Start(h => h.Serve("x", _ => { })))).Message, StringComparison.Ordinal);
        Assert.Contains("UseRegistry", (await Assert.ThrowsAsync<LifecycleException>(() => Start(h => h.Serve<int, int>("x")))).Message, StringComparison.Ordinal);
        Assert.Contains("RetryFirst", (await Assert.ThrowsAsync<LifecycleException>(
            () => Start(h => h.Configure(o => o.RetryFirst = TimeSpan.Zero)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Types_that_do_not_fit_the_model_are_rejected()
    {
        StampSource source = new();
        source.Name(StampSource.Files("1", "1"));
        LifecycleException error = await Assert.ThrowsAsync<LifecycleException>(() => ModelHost.StartAsync(
            h => h.UseRuntime(new StampRuntime()).Configure(o => o.FailStartup = true).Serve<string, string>("x", configure: s => s.FromSource(source)), Token));
        Assert.Contains("binding: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_a_runtime_says_which_package_is_missing()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("serving-").FullName, "model.onnx");
        await File.WriteAllBytesAsync(file, [1, 2, 3], Token);
        await using ModelHost host = await ModelHost.StartAsync(h => h.Serve("x", s => s.FromFile(file)), Token);
        Assert.False(host.IsReady);
        Assert.Equal(VersionState.Rejected, host.Model("x").State);
        Assert.Contains("no runtime accepts 'model.onnx'", host.Model("x").Reason, StringComparison.Ordinal);
        Assert.Contains("UseOnnxRuntime()", host.Model("x").Reason, StringComparison.Ordinal);
        PredictionRejectedException error = Assert.Throws<PredictionRejectedException>(() => host.Lease("x"));
        Assert.Equal(RejectionReason.NotReady, error.Reason);
        Assert.Contains("UseOnnxRuntime()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_optional_model_does_not_hold_the_host_back()
    {
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.Configure(o => o.FailStartup = true)
                .Serve("good", s => s.FromFunction<int, int>("1", x => x))
                .Serve("missing", s => s.FromFile(Path.Combine(Path.GetTempPath(), "no-such-folder", "model.onnx")).Optional()),
            Token);
        Assert.True(host.IsReady);
        Assert.False(host.Model("missing").IsReady);
        Assert.StartsWith("source: ", host.Model("missing").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disposed_host_refuses_and_keeps_what_is_leased()
    {
        StampSource source = new();
        source.Name(StampSource.Files("1", "1"));
        StampRuntime runtime = new();
        ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(runtime).Configure(o => o.DrainTimeout = TimeSpan.FromMilliseconds(50)).Serve<int, Stamped>("x", configure: s => s.FromSource(source)), Token);
        Predictor<int, Stamped> predictor = host.Predictor<int, Stamped>("x");
        ModelLease lease = host.Lease("x");
        await host.DisposeAsync();
        await host.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => predictor.Predict(1));
        Assert.Throws<ObjectDisposedException>(() => host.Lease("x"));
        Assert.False(host.IsReady);
        using TensorSet input = TensorSet.Of(("x", TensorValue.From<int>([1], [1, 1])));
        lease.Run(input).Dispose();
        Assert.Equal(0, runtime.Loaded[0].Disposals);
        lease.Dispose();
        await Eventually.Holds(() => runtime.Loaded[0].Disposals == 1, "the model is disposed");
    }

    [Fact]
    public async Task Visitors_see_the_types()
    {
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.Serve("double", s => s.FromFunction<int, long>("v1", x => 2L * x))
                .Serve("file", s => s.FromFile("none.onnx").Optional()), Token);
        Assert.Equal("Int32 -> Int64", host.Model("double").Visit(new Types()));
        Assert.Throws<InvalidOperationException>(() => host.Model("file").Visit(new Types()));
    }

    private sealed class Types : IPredictorVisitor<string>
    {
        public string Visit<TIn, TOut>(Predictor<TIn, TOut> predictor) => $"{typeof(TIn).Name} -> {typeof(TOut).Name}";
    }
}
