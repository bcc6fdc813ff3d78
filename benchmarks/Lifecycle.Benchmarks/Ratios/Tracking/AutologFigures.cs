using Lifecycle.MLNet;
using Lifecycle.Statistics;
using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>
/// What autologging costs: a FastTree fit of a minute with and without <c>TrackWith</c>, in turn, the end of the run with its model included; and, in a group
/// of its own, what logging the same model again adds to the store.
/// </summary>
internal static class AutologFigures
{
    private const int Rows = 200_000;
    private const int Features = 24;
    private const int RelogRows = 20_000;
    private const int RelogTrees = 300;
    private const int Rounds = 3;
    private const double LeastSeconds = 60;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-ratios-").FullName;
        try
        {
            await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(folder);
            MLContext context = new(seed: 1);
            IDataView rows = MakeRows(context, Rows);
            int trees = FindTrees(context, rows);
            double plain = double.MaxValue, tracked = double.MaxValue;
            for (int round = 0; round < Rounds; round++)
            {
                plain = Math.Min(plain, RatioRunner.Time(() => Trainer(context, trees).Fit(rows)));
                Run run = await lifecycle.Experiments.StartRunAsync("overhead");
                long started = System.Diagnostics.Stopwatch.GetTimestamp();
                Trainer(context, trees).TrackWith(run).Fit(rows);
                await run.DisposeAsync();
                tracked = Math.Min(tracked, System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds);
            }

            await Console.Error.WriteLineAsync($"fit of {trees} trees: {plain:0.00} s, tracked {tracked:0.00} s");
            yield return new Figure("tracking.mlnet.overhead", Math.Max(0, ((tracked / plain) - 1) * 100), "%", AtLeast: false, 1);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Bytes that logging a model once more adds, of those that it took the first time; seconds lie between, so that nothing is the same by being quick.</summary>
    public static async IAsyncEnumerable<Figure> MeasureRelogAsync()
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-ratios-").FullName;
        try
        {
            await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(folder);
            MLContext context = new(seed: 1);
            IDataView rows = MakeRows(context, RelogRows);
            ITransformer model = Trainer(context, RelogTrees).Fit(rows);
            await using Run run = await lifecycle.Experiments.StartRunAsync("relog");
            long before = Stored(folder);
            await run.LogModelAsync(context, model, rows.Schema, "first");
            long first = Stored(folder);
            await Task.Delay(TimeSpan.FromSeconds(3));
            await run.LogModelAsync(context, model, rows.Schema, "second");
            long second = Stored(folder);
            await Console.Error.WriteLineAsync($"the model took {first - before} bytes, logging it again {second - first}");
            yield return new Figure("tracking.artifact.relog_extra", (second - first) * 100.0 / (first - before), "%", AtLeast: false, 1);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Stored(string folder) =>
        new DirectoryInfo(Path.Combine(folder, "objects")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    /// <summary>As many trees as take at least <see cref="LeastSeconds"/> here.</summary>
    private static int FindTrees(MLContext context, IDataView rows)
    {
        const int Few = 40, Some = 80;
        double few = RatioRunner.Time(() => Trainer(context, Few).Fit(rows)), some = RatioRunner.Time(() => Trainer(context, Some).Fit(rows));
        double each = Math.Max((some - few) / (Some - Few), some / Some / 4);
        return (int)Math.Clamp(LeastSeconds * 1.1 / each, Some, 20_000);
    }

    private static FastTreeBinaryTrainer Trainer(MLContext context, int trees) =>
        context.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options { NumberOfTrees = trees, NumberOfLeaves = 31, LearningRate = 0.05 });

    private static IDataView MakeRows(MLContext context, int count)
    {
        RandomStream random = new(31);
        Row[] rows = new Row[count];
        for (int i = 0; i < rows.Length; i++)
        {
            float[] features = new float[Features];
            for (int j = 0; j < Features; j++)
            {
                features[j] = (float)random.NextDouble();
            }

            rows[i] = new Row { Features = features, Label = features[0] + (features[1] * features[2]) + (0.5 * random.NextDouble()) > 1 };
        }

        return context.Data.LoadFromEnumerable(rows);
    }

    private sealed class Row
    {
        [VectorType(AutologFigures.Features)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }
}
