using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Tracking.Tests;

/// <summary>A run against dictionaries and lists, on random sequences of calls.</summary>
public sealed class RunModelTests
{
    private static readonly string[] Keys = ["a", "b", "c/d"];
    private static readonly double[] Values = [0, -0.0, 1, 2, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    [Property(MaxTest = 40)]
    public Property RunAgreesWithLists() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).ArrayOf().Resize(60).ToArbitrary(), seeds => CheckAsync(seeds).GetAwaiter().GetResult());

    private static async Task<bool> CheckAsync(int[] seeds)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: new TrackingOptions { Journal = { FirstSegmentBytes = 16 * 1024 } });
        Run run = await workspace.Experiments.StartRunAsync("e");
        HashSet<(string Key, long Step, long Ms, long Bits)> points = [];
        Dictionary<string, string> parameters = [];
        Dictionary<string, string> tags = [];
        foreach (int seed in seeds)
        {
            string key = Keys[seed / 8 % Keys.Length];
            switch (seed % 8)
            {
                case <= 3:
                    (double value, long step, long ms) = (Values[seed / 24 % Values.Length], (seed / 192 % 5) - 2, seed / 960 % 4);
                    run.LogMetric(key, value, step, DateTimeOffset.FromUnixTimeMilliseconds(ms));
                    points.Add((key, step, ms, BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? double.NaN : value + 0.0)));
                    break;
                case 4:
                    run.LogParam(key, seed / 24 % 3);
                    parameters.TryAdd(key, (seed / 24 % 3).ToString(System.Globalization.CultureInfo.InvariantCulture));
                    break;
                case 5:
                    string text = "t" + (seed / 24 % 5);
                    run.SetTag(key, text);
                    tags[key] = text;
                    break;
                case 6:
                    run.RemoveTag(key);
                    tags.Remove(key);
                    break;
                default:
                    await run.FlushAsync();
                    break;
            }
        }

        await run.DisposeAsync();
        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id))!;
        Assert.Equal(parameters.OrderBy(p => p.Key), record.Params.OrderBy(p => p.Key));
        Assert.Equal(tags.OrderBy(t => t.Key), record.Tags.Where(t => !t.Key.StartsWith("mlflow.", StringComparison.Ordinal)).OrderBy(t => t.Key));
        Assert.Equal(points.Select(p => p.Key).Distinct().Order(), record.Metrics.Keys.Order());
        foreach (string key in record.Metrics.Keys)
        {
            var mine = points.Where(p => p.Key == key)
                .Select(p => (p.Step, p.Ms, Value: BitConverter.Int64BitsToDouble(p.Bits))).ToList();
            var latest = mine.OrderBy(p => p.Step).ThenBy(p => p.Ms).ThenBy(p => double.IsNaN(p.Value) ? 0 : 1).ThenBy(p => p.Value).Last();
            MetricPoint top = record.Metrics[key];
            Assert.Equal((latest.Step, latest.Ms, latest.Value), (top.Step, top.At.ToUnixTimeMilliseconds(), top.Value));
            List<MetricPoint> history = await workspace.Experiments.MetricHistoryAsync(run.Id, key).ToListAsync();
            Assert.Equal(
                mine.OrderBy(p => p.Ms).ThenBy(p => p.Step).ThenBy(p => double.IsNaN(p.Value) ? 0 : 1).ThenBy(p => p.Value),
                history.Select(p => (p.Step, p.At.ToUnixTimeMilliseconds(), p.Value)));
        }

        return true;
    }
}
