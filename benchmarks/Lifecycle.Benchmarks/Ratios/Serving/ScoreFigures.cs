using Lifecycle.Serving;
using Microsoft.ML;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>100,000 rows through an ML.NET model: the host's scoring against <c>Transform</c> and <c>CreateEnumerable</c>; both give an object a row.</summary>
internal static class ScoreFigures
{
    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        yield return await MeasureAsync("linear", TrainedModels.Linear, 1.5);
        yield return await MeasureAsync("trees", TrainedModels.Trees, 1.8);
    }

    private static async Task<Figure> MeasureAsync(string name, TrainedModel model, double goal)
    {
        Row[] rows = TrainedModels.Rows(ServingRounds.Calls(100_000));
        await using ModelHost host = await MLNetFigures.HostAsync(model);
        Predictor<Row, Score> predictor = host.Predictor<Row, Score>("row");
        (double ours, double theirs) = await ServingRounds.InterleavedAsync(
            () => ScoreAsync(predictor, rows), () => Task.FromResult(Transform(model, rows)));
        ServingRounds.Note($"serving.score.{name}: ours {rows.Length / ours:F0} rows/s, Transform {rows.Length / theirs:F0} rows/s");
        return new Figure($"serving.score.{name}.vs_transform", theirs / ours, "x", AtLeast: true, goal);
    }

    private static async Task<double> ScoreAsync(Predictor<Row, Score> predictor, Row[] rows)
    {
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        double sum = 0;
        long count = 0;
        await foreach (Scored<Score> row in predictor.ScoreAsync(rows).ConfigureAwait(false))
        {
            sum += row.Value.Value;
            count++;
        }

        double taken = System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds;
        return count == rows.Length && double.IsFinite(sum) ? taken : throw new InvalidOperationException($"{count} of {rows.Length} rows were scored.");
    }

    private static double Transform(TrainedModel model, Row[] rows) => RatioRunner.Time(() =>
    {
        double sum = 0;
        foreach (Score score in model.Context.Data.CreateEnumerable<Score>(model.Model.Transform(model.Context.Data.LoadFromEnumerable(rows)), reuseRowObject: false))
        {
            sum += score.Value;
        }

        if (!double.IsFinite(sum))
        {
            throw new InvalidOperationException("The scores are no numbers.");
        }
    });
}
