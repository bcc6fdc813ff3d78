using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Tracking.Tests;

/// <summary>Histories page by page against a sorted list, whether times rise with the steps or not.</summary>
public sealed class MetricHistoryOrderTests
{
    private static readonly double[] Values = [0, 1, -1, double.NaN, double.PositiveInfinity];

    [Property(MaxTest = 30)]
    public Property Pages_AreInTheOrderOfTime_ThenStep_ThenValue() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).ArrayOf().Resize(40).ToArbitrary(), seeds => CheckAsync(seeds).GetAwaiter().GetResult());

    [Fact]
    public async Task AHistoryThatRises_IsReadAlongTheTable_AndOneThatDoesNot_IsSorted()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        string run = (await workspace.Experiments.CreateRunAsync(new NewRun(), TrackingWorkspace.Token)).Id;
        await LogAsync(workspace, run, [(1, 10, 0), (2, 10, 0), (2, 11, 1)]);
        Assert.Equal(1L, await OrderAsync());
        await LogAsync(workspace, run, [(2, 11, 1)]);
        await LogAsync(workspace, run, [(2, 11, 2), (5, 30, 0)]);
        Assert.Equal(1L, await OrderAsync());
        await LogAsync(workspace, run, [(4, 31, 0)]);
        Assert.Equal(0L, await OrderAsync());
        await LogAsync(workspace, run, [(9, 99, 0)]);
        Assert.Equal(0L, await OrderAsync());
        Assert.DoesNotContain("TEMP B-TREE FOR ORDER BY", await PlanAsync(isInTimeOrder: true), StringComparison.Ordinal);
        Assert.Contains("TEMP B-TREE FOR ORDER BY", await PlanAsync(isInTimeOrder: false), StringComparison.Ordinal);

        async Task<long> OrderAsync() => (await workspace.Store.Database.QueryAsync(
            "SELECT in_time_order FROM tracking_metric_latest", [], row => row.GetInt64(0), TrackingWorkspace.Token))[0];

        async Task<string> PlanAsync(bool isInTimeOrder) => string.Join('\n', await workspace.Store.Database.QueryAsync(
            "EXPLAIN QUERY PLAN " + MetricHistoryTable.Page(isInTimeOrder, goesOn: true),
            [("$run", 1L), ("$key", "m"), ("$most", 3L), ("$ts", 1L), ("$step", 1L), ("$number", 1L), ("$value", 0.0)], row => row.GetString(3), TrackingWorkspace.Token));
    }

    private static async Task<bool> CheckAsync(int[] seeds)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        string run = (await workspace.Experiments.CreateRunAsync(new NewRun())).Id;
        HashSet<(long Step, long Ms, double Value)> all = [];
        bool rises = seeds.Length % 2 == 0;
        for (int i = 0; i < seeds.Length; i += 5)
        {
            (long Step, long Ms, double Value)[] batch = [.. seeds.Skip(i).Take(5).Select((s, k) => (
                rises ? (i + k) / 2 : s % 7L, rises ? (i + k) / 3 + (s % 50 == 0 ? -3 : 3) : s / 7 % 5L + 1, Values[s / 35 % Values.Length]))];
            batch = [.. batch.Select(b => (b.Step, Math.Max(0, b.Ms), b.Value))];
            await LogAsync(workspace, run, batch);
            all.UnionWith(batch);
            string? token = null;
            List<(long, long, double)> read = [];
            do
            {
                MetricPage page = await workspace.Experiments.MetricPageAsync(run, "m", 3, token);
                read.AddRange(page.Points.Select(p => (p.Step, p.At.ToUnixTimeMilliseconds(), p.Value)));
                token = page.NextPageToken;
            }
            while (token is not null);
            Assert.Equal(all.OrderBy(p => p.Ms).ThenBy(p => p.Step).ThenBy(p => p.Value), read);
        }

        return true;
    }

    private static async Task LogAsync(TrackingWorkspace workspace, string run, (long Step, long Ms, double Value)[] points) => await workspace.Experiments.LogBatchAsync(
        run, new RunBatch { Metrics = [.. points.Select(p => new RunMetric("m", p.Value, DateTimeOffset.FromUnixTimeMilliseconds(p.Ms), p.Step))] });
}
