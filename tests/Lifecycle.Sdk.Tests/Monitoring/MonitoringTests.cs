using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Lifecycle.Drift;
using Lifecycle.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Sdk.Tests;

public sealed class MonitoringTests
{
    [Fact]
    public async Task ServedPredictions_ReachTheMonitor_AndAShiftIsFoundInItsColumn()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync(Serve(setup: m => m.Window(w => w.EveryRows(800))));
        await lifecycle.Drift.RegisterReferenceAsync("loans", "1", Applicants.Profile());
        ModelMonitoring monitoring = lifecycle.MonitoringOf("loans");
        await monitoring.ReadyAsync();
        Assert.Null(monitoring.Problem);

        Assert.All(Predict(lifecycle, Applicants.Draw(800, seed: 2)), d => Assert.Equal("1", d.By));
        Assert.Equal(0, (await monitoring.CheckNowAsync()).Rows);
        DriftReport stable = monitoring.Monitor!.Latest!;
        Assert.Equal(800, stable.Rows);
        Assert.False(stable.HasDrift, stable.ToString());

        Predict(lifecycle, Applicants.Draw(799, seed: 3, incomeShift: 25));
        DriftReport drifted = await monitoring.CheckNowAsync();
        Assert.Equal(799, drifted.Rows);
        Assert.Equal(["income"], drifted.Columns.Where(c => c.Verdict == DriftVerdict.Drift).Select(c => c.Column));
        Assert.Single(await lifecycle.Drift.HistoryAsync("loans"));
        Predict(lifecycle, Applicants.Draw(1, seed: 3, incomeShift: 25));
        await monitoring.CheckNowAsync();
        Assert.Equal([false, true], (await lifecycle.Drift.HistoryAsync("loans")).OrderBy(w => w.Id, StringComparer.Ordinal).Select(w => w.HasDrift));
        Assert.Equal(0, monitoring.Unwatched);
    }

    [Fact]
    public async Task BeforeThereIsAReference_PredictionsAreCountedAsUnwatched()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync(Serve());
        ModelMonitoring monitoring = lifecycle.MonitoringOf("loans");
        Predict(lifecycle, Applicants.Draw(100, seed: 2));
        Assert.Equal(100, monitoring.Unwatched);
        LifecycleException missing = await Assert.ThrowsAsync<LifecycleException>(() => monitoring.CheckNowAsync());
        Assert.Contains("No reference is registered for version '1' of the model 'loans'", missing.Message, StringComparison.Ordinal);
        Assert.Contains("RegisterReferenceAsync(\"loans\", \"1\", profile)", missing.Message, StringComparison.Ordinal);
        Assert.Null(monitoring.Monitor);
        Assert.NotNull(monitoring.Problem);

        // Nobody has to say that the reference is there now: predictions look for it.
        await lifecycle.Drift.RegisterReferenceAsync("loans", "1", Applicants.Profile());
        await PredictUntilAsync(lifecycle, () => monitoring.Monitor is not null);
        Assert.Equal("1", monitoring.Monitor!.Version);
    }

    [Fact]
    public async Task WhenAnotherVersionAnswers_ItsReferenceIsOpened()
    {
        await using Workspace workspace = new();
        HandedSource source = new();
        source.Hand("1");
        ModelLifecycle lifecycle = await workspace.OpenAsync(Serve(source));
        await lifecycle.Drift.RegisterReferenceAsync("loans", "1", Applicants.Profile(seed: 1));
        await lifecycle.Drift.RegisterReferenceAsync("loans", "2", Applicants.Profile(seed: 9));
        ModelMonitoring monitoring = lifecycle.MonitoringOf("loans");
        await monitoring.ReadyAsync();
        DriftMonitor first = monitoring.Monitor!;
        Assert.Equal("1", first.Version);

        source.Hand("2");
        await EventuallyAsync(() => lifecycle.Host.Model("loans").Version == "2");
        await PredictUntilAsync(lifecycle, () => monitoring.Monitor is not null);
        Assert.Equal("2", monitoring.Monitor!.Version);
        Assert.Equal(Applicants.Profile(seed: 9).Digest, monitoring.Monitor.Reference.Digest);
        Predict(lifecycle, Applicants.Draw(800, seed: 2));
        Assert.InRange((await monitoring.CheckNowAsync()).Rows, 800, 900);
    }

    [Fact]
    public async Task AColumnWithoutAProperty_IsNamed_AndTheModelAnswersAllTheSame()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync(Serve());
        ReferenceProfile wide = ReferenceProfile.From(
            Applicants.Draw(500, seed: 1), c => c.Numeric("income", a => a.Income).Numeric("shoe size", _ => 42).Category("YearsAtJob", a => a.Region));
        await lifecycle.Drift.RegisterReferenceAsync("loans", "1", wide);
        LifecycleException error = await Assert.ThrowsAsync<LifecycleException>(() => lifecycle.MonitoringOf("loans").ReadyAsync());
        Assert.Contains("shoe size, YearsAtJob of the reference have no fitting property in Applicant", error.Message, StringComparison.Ordinal);
        Assert.Contains("MonitorDrift(m => m.Columns(", error.Message, StringComparison.Ordinal);
        Assert.Equal("1", Predict(lifecycle, Applicants.Draw(1, seed: 2))[0].By);
    }

    [Fact]
    public async Task ColumnsCanBeNamed()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync(Serve(setup: m => m.Columns(c => c.Numeric("log income", a => Math.Log(a.Income)))));
        await lifecycle.Drift.RegisterReferenceAsync(
            "loans", "1", ReferenceProfile.From(Applicants.Draw(1_000, seed: 1), c => c.Numeric("log income", a => Math.Log(a.Income))));
        await lifecycle.MonitoringOf("loans").ReadyAsync();
        Predict(lifecycle, Applicants.Draw(500, seed: 2));
        Assert.Equal(["log income"], (await lifecycle.MonitoringOf("loans").CheckNowAsync()).Columns.Select(c => c.Column));
    }

    [Fact]
    public async Task AModelThatIsNotWatched_SaysHow()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        LifecycleException error = Assert.Throws<LifecycleException>(() => lifecycle.MonitoringOf("loans"));
        Assert.Contains("s => s.MonitorDrift()", error.Message, StringComparison.Ordinal);
    }

    private static Action<LifecycleBuilder> Serve(IModelSource? source = null, Action<MonitoringSetup<Applicant>>? setup = null) => builder =>
        builder.Serve<Applicant, Decision>("loans", configure: served =>
        {
            if (source is null)
            {
                served.FromFunction<Applicant, Decision>("1", a => Applicants.Decide(a, "1"));
            }
            else
            {
                served.FromSource(source);
            }

            served.MonitorDrift(setup);
        });

    private static List<Decision> Predict(ModelLifecycle lifecycle, IReadOnlyList<Applicant> applicants)
    {
        Predictor<Applicant, Decision> predictor = lifecycle.Predictor<Applicant, Decision>("loans");
        return [.. applicants.Select(predictor.Predict)];
    }

    private static Task PredictUntilAsync(ModelLifecycle lifecycle, Func<bool> condition) => EventuallyAsync(() =>
    {
        Predict(lifecycle, Applicants.Draw(1, seed: 5));
        return condition();
    });

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private sealed class HandedSource : IModelSource
    {
        private readonly Channel<string> _versions = Channel.CreateUnbounded<string>();

        public void Hand(string version) => _versions.Writer.TryWrite(version);

        public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (string version in _versions.Reader.ReadAllAsync(cancellationToken))
            {
                yield return ModelOffer.Of(ModelRevision.FromFunction<Applicant, Decision>(version, a => Applicants.Decide(a, version)));
            }
        }
    }
}
