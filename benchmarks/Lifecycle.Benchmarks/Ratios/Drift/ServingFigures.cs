using System.Diagnostics;
using Lifecycle.Drift;
using Lifecycle.MLNet;
using Lifecycle.Serving;
using Lifecycle.Statistics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>How much later the slowest hundredth of typed ML.NET predictions answers when a monitor of 12 columns counts their inputs.</summary>
internal static class ServingFigures
{
    private const int Calls = 200_000;
    private const int Rounds = 9;

    public static Figure Measure() => MeasureAsync().GetAwaiter().GetResult();

    private static async Task<Figure> MeasureAsync()
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-ratios-").FullName;
        try
        {
            Row[] rows = [.. Enumerable.Range(0, 2_000).Select(Row.Draw)];
            MLContext context = new(seed: 1);
            IDataView data = context.Data.LoadFromEnumerable(rows);
            ITransformer model = context.Transforms.Categorical
                .OneHotEncoding([new InputOutputColumnPair("PurposeCode", "Purpose"), new InputOutputColumnPair("RegionCode", "Region")])
                .Append(context.Transforms.Categorical.OneHotEncoding([new InputOutputColumnPair("KindCode", "Kind"), new InputOutputColumnPair("TermCode", "Term")]))
                .Append(context.Transforms.Concatenate("Features", "Numbers", "PurposeCode", "RegionCode", "KindCode", "TermCode"))
                .Append(context.Regression.Trainers.FastTree(numberOfTrees: 100))
                .Fit(data);
            string file = Path.Combine(folder, "model.zip");
            context.Model.Save(model, data.Schema, file);
            ReferenceProfile reference = ReferenceProfile.From(rows, p =>
            {
                for (int c = 0; c < Row.Width; c++)
                {
                    int own = c;
                    p.Numeric($"f{own}", r => r.Numbers[own]);
                }

                p.Category("purpose", r => r.Purpose).Category("region", r => r.Region).Category("kind", r => r.Kind).Category("term", r => r.Term);
            });
            await using DriftMonitor<Row> monitor = reference.Monitor<Row>();
            await using ModelHost plain = await ModelHost.StartAsync(h => h.UseMLNet().Serve<Row, Score>("row", configure: s => s.FromFile(file)));
            await using ModelHost watched = await ModelHost.StartAsync(
                h => h.UseMLNet().Serve<Row, Score>("row", configure: s => s.FromFile(file).Tap(_ => new Sink(monitor))));
            Predictor<Row, Score> without = plain.Predictor<Row, Score>("row"), with = watched.Predictor<Row, Score>("row");
            Percentile(without, rows);
            Percentile(with, rows);
            (double ours, double theirs) = RatioRunner.Interleaved(Rounds, () => Percentile(with, rows), () => Percentile(without, rows));
            return new Figure("drift.serving.p99.ratio", ours / theirs, "x", AtLeast: false, 1.01);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Percentile(Predictor<Row, Score> predictor, Row[] rows)
    {
        long[] times = new long[Calls];
        Score score = new();
        for (int i = 0; i < Calls; i++)
        {
            long started = Stopwatch.GetTimestamp();
            predictor.Predict(rows[i % rows.Length], ref score);
            times[i] = Stopwatch.GetTimestamp() - started;
        }

        Array.Sort(times);
        return times[(int)(0.99 * Calls)];
    }

    private sealed class Sink(DriftMonitor<Row> monitor) : IInferenceSink<Row, Score>
    {
        public void Record(in InferenceStamp stamp, Row input, Score output) => monitor.Record(in input);
    }

    /// <summary>Eight numbers and four labels.</summary>
    private sealed class Row
    {
        public const int Width = 8;

        [VectorType(Width)]
        public float[] Numbers { get; set; } = new float[Width];

        public string Purpose { get; set; } = "";

        public string Region { get; set; } = "";

        public string Kind { get; set; } = "";

        public string Term { get; set; } = "";

        public float Label { get; set; }

        public static Row Draw(int index)
        {
            RandomStream stream = new(7, (ulong)index);
            Row row = new()
            {
                Purpose = $"purpose {stream.NextBelow(5)}", Region = $"region {stream.NextBelow(12)}", Kind = $"kind {stream.NextBelow(3)}",
                Term = $"{10 * (1 + stream.NextBelow(3))} years",
            };
            for (int c = 0; c < Width; c++)
            {
                row.Numbers[c] = (float)stream.NextGaussian();
                row.Label += c * row.Numbers[c];
            }

            return row;
        }
    }

    private sealed class Score
    {
        [ColumnName("Score")]
        public float Value { get; set; }
    }
}
