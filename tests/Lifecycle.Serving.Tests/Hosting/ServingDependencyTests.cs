using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Lifecycle.Serving.Tests;

public sealed class ServingDependencyTests
{
    [Fact]
    public async Task Predictors_are_injected_by_name_and_without_when_there_is_one()
    {
        HostApplicationBuilder app = Host.CreateEmptyApplicationBuilder(null);
        Recorder recorder = new();
        app.Services.AddSingleton(recorder);
        app.Services.AddModelLifecycleCore()
            .AddServing(o => o.FailStartup = true)
            .Serve<int, Stamped>("one", configure: s => s.Tap(services => services.GetRequiredService<Recorder>()).FromFunction<int, Stamped>("1", x => new(x, "1")))
            .Serve<string, int>("two", configure: s => s.FromFunction<string, int>("1", x => x.Length))
            .Serve<string, int>("three", configure: s => s.FromFunction<string, int>("1", x => -x.Length));
        using IHost host = app.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        Prediction<Stamped> prediction = await host.Services.GetRequiredService<Predictor<int, Stamped>>().PredictAsync(3, TestContext.Current.CancellationToken);
        Assert.Equal(new Stamped(3, "1"), prediction.Value);
        (InferenceStamp stamp, int input, Stamped output) = Assert.Single(recorder.Seen);
        Assert.Equal(("one", "1", prediction.RequestId, 3, prediction.Value), (stamp.Model, stamp.Version, stamp.RequestId, input, output));
        Assert.Equal(4, host.Services.GetRequiredKeyedService<Predictor<string, int>>("two").Predict("four"));
        Assert.Equal(-4, host.Services.GetRequiredKeyedService<Predictor<string, int>>("three").Predict("four"));
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<Predictor<string, int>>());
        Assert.Contains("[FromKeyedServices(\"two\")]", error.Message, StringComparison.Ordinal);
        ModelHost models = host.Services.GetRequiredService<ModelHost>();
        Assert.True(models.IsReady);
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(models.IsReady);
    }

    private sealed class Recorder : IInferenceSink<int, Stamped>
    {
        public List<(InferenceStamp, int, Stamped)> Seen { get; } = [];

        public void Record(in InferenceStamp stamp, int input, Stamped output) => Seen.Add((stamp, input, output));
    }
}
