using Lifecycle.MLNet;
using Lifecycle.Serving;
using Microsoft.ML;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>Predictions of ML.NET models through the host, against an engine of one's own.</summary>
internal static class MLNetFigures
{
    private const string Name = "row";

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        await foreach (Figure figure in LinearAsync())
        {
            yield return figure;
        }

        yield return await LockAsync();
        yield return await EnginePoolFigure.MeasureAsync();
    }

    /// <summary>A host of one model under its types.</summary>
    public static Task<ModelHost> HostAsync(TrainedModel model) =>
        ModelHost.StartAsync(h => h.UseMLNet().Serve<Row, Score>(Name, configure: s => s.FromFile(model.File)));

    private static async IAsyncEnumerable<Figure> LinearAsync()
    {
        await using ModelHost host = await HostAsync(TrainedModels.Linear);
        Predictor<Row, Score> predictor = host.Predictor<Row, Score>(Name);
        using PredictionEngine<Row, Score> engine = TrainedModels.Linear.Engine();
        Row row = Row.Of(3);
        Score score = new();
        int calls = ServingRounds.Calls(2_000_000);
        (double ours, double alone) = ServingRounds.Interleaved(
            () => ServingRounds.NanosecondsPerCall(calls, n => Predict(predictor, row, score, n)),
            () => ServingRounds.NanosecondsPerCall(calls, n => Predict(engine, row, score, n)));
        ServingRounds.Note($"serving.mlnet.typed: {ours:F1} ns, the engine alone {alone:F1} ns");
        yield return new Figure("serving.mlnet.typed.overhead", ours - alone, "ns", AtLeast: false, 100);
        yield return new Figure("serving.mlnet.typed.alloc", ServingRounds.BytesPerCall(calls / 10, n => Predict(predictor, row, score, n)), "B", AtLeast: false, 0);

        using ModelLease lease = host.Lease(Name);
        using TensorSet inputs = new(), outputs = new();
        Fill(lease.Signature, inputs, row);
        (double untyped, double typed) = ServingRounds.Interleaved(
            () => ServingRounds.NanosecondsPerCall(calls, n => Run(lease, inputs, outputs, row, n)),
            () => ServingRounds.NanosecondsPerCall(calls, n => Predict(predictor, row, score, n)));
        ServingRounds.Note($"serving.mlnet.untyped: {untyped:F1} ns");
        yield return new Figure("serving.mlnet.untyped.vs_typed", untyped / typed, "x", AtLeast: false, 1.5);
    }

    private static async Task<Figure> LockAsync()
    {
        await using ModelHost host = await HostAsync(TrainedModels.Trees);
        Predictor<Row, Score> predictor = host.Predictor<Row, Score>(Name);
        using PredictionEngine<Row, Score> engine = TrainedModels.Trees.Engine();
        Lock gate = new();
        Row row = Row.Of(3);
        int calls = ServingRounds.Calls(200_000);
        (double ours, double locked) = ServingRounds.Interleaved(
            () => ServingRounds.OnThreads(2, () => Predict(predictor, row, new Score(), calls)),
            () => ServingRounds.OnThreads(2, () =>
            {
                Score score = new();
                for (int i = 0; i < calls; i++)
                {
                    lock (gate)
                    {
                        engine.Predict(row, ref score);
                    }
                }
            }));
        return new Figure("serving.mlnet.vs_lock.2threads", locked / ours, "x", AtLeast: true, 1.7);
    }

    public static void Predict(Predictor<Row, Score> predictor, Row row, Score score, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            predictor.Predict(row, ref score);
        }
    }

    public static void Predict(PredictionEngine<Row, Score> engine, Row row, Score score, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            engine.Predict(row, ref score);
        }
    }

    private static void Run(ModelLease lease, TensorSet inputs, TensorSet outputs, Row row, int calls)
    {
        TensorValue x = inputs[nameof(Row.X)];
        for (int i = 0; i < calls; i++)
        {
            row.X.CopyTo(x.Span<float>());
            lease.Run(inputs, outputs);
        }
    }

    private static void Fill(TensorSignature signature, TensorSet inputs, Row row)
    {
        foreach (TensorSpec spec in signature.Inputs)
        {
            TensorValue value = inputs.Prepare(spec.Name, spec.Type, [.. spec.Shape.Select(d => d < 0 ? 1 : d)]);
            value.Raw.Clear();
        }

        row.X.CopyTo(inputs[nameof(Row.X)].Span<float>());
    }
}
