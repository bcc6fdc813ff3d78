#if WITH_ENGINE_POOL
using Lifecycle.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ML;
using Microsoft.ML;
#endif

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>What PredictionEnginePool of Microsoft.Extensions.ML adds to an engine, by what the host adds. Built with <c>-p:WithEnginePool=true</c> only.</summary>
internal static class EnginePoolFigure
{
    private const string Name = "serving.mlnet.rent.vs_enginepool";
    private const double Goal = 3;

#if WITH_ENGINE_POOL
    public static async Task<Figure> MeasureAsync()
    {
        await using ModelHost host = await MLNetFigures.HostAsync(TrainedModels.Linear);
        Predictor<Row, Score> predictor = host.Predictor<Row, Score>("row");
        ServiceCollection services = new();
        services.AddLogging();
        services.AddPredictionEnginePool<Row, Score>().FromFile(modelName: "row", filePath: TrainedModels.Linear.File, watchForChanges: false);
        await using ServiceProvider provider = services.BuildServiceProvider();
        PredictionEnginePool<Row, Score> pool = provider.GetRequiredService<PredictionEnginePool<Row, Score>>();
        using PredictionEngine<Row, Score> engine = TrainedModels.Linear.Engine();
        Row row = Row.Of(3);
        Score score = new();
        int calls = ServingRounds.Calls(1_000_000);
        double alone = double.MaxValue, ours = double.MaxValue, theirs = double.MaxValue;
        for (int round = 0; round <= ServingRounds.Count; round++)
        {
            double a = ServingRounds.NanosecondsPerCall(calls, n => MLNetFigures.Predict(engine, row, score, n));
            double o = ServingRounds.NanosecondsPerCall(calls, n => MLNetFigures.Predict(predictor, row, score, n));
            double t = ServingRounds.NanosecondsPerCall(calls, n => Predict(pool, row, score, n));
            if (round > 0)
            {
                (alone, ours, theirs) = (Math.Min(alone, a), Math.Min(ours, o), Math.Min(theirs, t));
            }
        }

        ServingRounds.Note($"{Name}: the engine {alone:F1} ns, the pool adds {theirs - alone:F1} ns, the host {ours - alone:F1} ns");
        return new Figure(Name, (theirs - alone) / Math.Max(ours - alone, 1), "x", AtLeast: true, Goal);
    }

    // Its Predict(name, row) makes a new output; renting and reusing one is the best that its users can do.
    private static void Predict(PredictionEnginePool<Row, Score> pool, Row row, Score score, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            PredictionEngine<Row, Score> engine = pool.GetPredictionEngine("row");
            engine.Predict(row, ref score);
            pool.ReturnPredictionEngine("row", engine);
        }
    }
#else
    public static Task<Figure> MeasureAsync() => Task.FromResult(new Figure(
        Name, null, "x", AtLeast: true, Goal, "none; it is a NuGet package, Microsoft.Extensions.ML: build with -p:WithEnginePool=true"));
#endif
}
