using System.Diagnostics;
using Lifecycle.MLNet;
using Lifecycle.Serving;
using Microsoft.ML;

namespace Lifecycle.Benchmarks.Ratios;

/// <summary>What the host adds to a thread-local ML.NET prediction engine, in nanoseconds and bytes a call.</summary>
internal static class PredictFigures
{
    private const int Calls = 1_000_000;

    public static async IAsyncEnumerable<Figure> MeasureAsync(int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-ratios-").FullName;
        try
        {
            MLContext context = new(seed: 1);
            IDataView rows = context.Data.LoadFromEnumerable(Enumerable.Range(0, 1_000).Select(i => new Row { A = i % 17, B = i % 5, Label = i % 17 * 2 + i % 5 }));
            ITransformer model = context.Transforms.Concatenate("Features", "A", "B").Append(context.Regression.Trainers.Sdca()).Fit(rows);
            string file = Path.Combine(folder, "model.zip");
            context.Model.Save(model, rows.Schema, file);
            await using ModelHost host = await ModelHost.StartAsync(h => h.UseMLNet().Serve<Row, Score>("row", configure: s => s.FromFile(file)));
            Predictor<Row, Score> predictor = host.Predictor<Row, Score>("row");
            PredictionEngine<Row, Score> engine = context.Model.CreatePredictionEngine<Row, Score>(model);
            Row row = new() { A = 3, B = 4 };
            Score score = new();
            void Ours() => predictor.Predict(row, ref score);
            void Theirs() => engine.Predict(row, ref score);
            Nanoseconds(Ours);
            Nanoseconds(Theirs);
            (double ours, double theirs) = RatioRunner.Interleaved(rounds, () => Nanoseconds(Ours), () => Nanoseconds(Theirs));
            yield return new Figure("foundation.predict.typed.overhead", ours - theirs, "ns", AtLeast: false, 100);
            yield return new Figure("foundation.predict.typed.alloc", Allocated(Ours), "B", AtLeast: false, 0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Nanoseconds(Action call)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Calls; i++)
        {
            call();
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Calls;
    }

    private static double Allocated(Action call)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
        {
            call();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Calls;
    }

    private sealed class Row
    {
        public float A { get; set; }

        public float B { get; set; }

        public float Label { get; set; }
    }

    private sealed class Score
    {
        [Microsoft.ML.Data.ColumnName("Score")]
        public float Value { get; set; }
    }
}
