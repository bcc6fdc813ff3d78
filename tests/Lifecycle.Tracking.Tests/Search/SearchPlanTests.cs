using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tracking.Tests;

/// <summary>The ways a search can go, against lists.</summary>
public sealed class SearchPlanTests
{
    private const int Runs = 90;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Filter_AgreesWithNaiveEvaluation(int seed)
    {
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(clock);
        List<Run> open = await RandomRuns.FillAsync(workspace, clock, Runs, seed);
        List<RunRecord> all = [.. (await workspace.Experiments.Runs.IncludeDeleted().ToPageAsync(Token)).Runs];
        Assert.Equal(Runs, all.Count);
        int found = 0;
        foreach ((RunFilter filter, List<RunOrder> orders, LifecycleView view, int _) in RandomRuns.Case.Sample(12, 250))
        {
            List<string> expected = [.. NaiveSearch.Search(all.Where(r => Sees(view, r)), filter, orders).Select(r => r.Id)];
            found += expected.Count is > 0 and < Runs ? 1 : 0;
            foreach (SearchPlan plan in Enum.GetValues<SearchPlan>())
            {
                RunPage page = await workspace.Experiments.SearchAsync(
                    new RunRequest { Filter = filter, Orders = orders, View = view, Plan = plan, Columns = RunColumns.Info }, Token);
                Assert.True(
                    expected.SequenceEqual(page.Runs.Select(r => r.Id)),
                    $"{plan} {view} {FilterText.Of(filter)} | {string.Join(", ", orders)}: {expected.Count} expected, {page.Runs.Count} found");
            }
        }

        Assert.True(found > 50, $"only {found} of the filters select some");
        foreach (Run run in open)
        {
            await run.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Pages_TogetherAreTheWhole_InEveryPlan(int seed)
    {
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(clock);
        List<Run> open = await RandomRuns.FillAsync(workspace, clock, 60, seed);
        foreach ((RunFilter filter, List<RunOrder> orders, LifecycleView view, int size) in RandomRuns.Case.Sample(12, 60))
        {
            RunRequest request = new() { Filter = filter, Orders = orders, View = view, Columns = RunColumns.Info };
            List<string> whole = [.. (await workspace.Experiments.SearchAsync(request, Token)).Runs.Select(r => r.Id)];
            foreach (SearchPlan plan in Enum.GetValues<SearchPlan>())
            {
                List<string> paged = [];
                string? token = null;
                int pages = 0;
                do
                {
                    RunPage page = await workspace.Experiments.SearchAsync(request with { Plan = plan, Most = size, PageToken = token }, Token);
                    paged.AddRange(page.Runs.Select(r => r.Id));
                    token = page.NextPageToken;
                    pages++;
                }
                while (token is not null);
                Assert.True(whole.SequenceEqual(paged), $"{plan} {view} {size} {FilterText.Of(filter)} | {string.Join(", ", orders)}");
                Assert.Equal(Math.Max(1, (whole.Count + size - 1) / size), pages);
            }
        }

        foreach (Run run in open)
        {
            await run.DisposeAsync();
        }
    }

    [Fact]
    public async Task Pages_NoGapNoRepeat_WhileRunsAreAdded()
    {
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(clock);
        foreach (RunOrder[] orders in new[]
        {
            Array.Empty<RunOrder>(), [new RunOrder(FilterField.Metric, "m", true)], [new RunOrder(FilterField.Param, "p", false), new RunOrder(FilterField.Metric, "m", false)],
        })
        {
            HashSet<string> before = [];
            for (int i = 0; i < 40; i++)
            {
                before.Add(await AddAsync(workspace, clock, "e" + orders.Length, i));
            }

            List<string> seen = [];
            string? token = null;
            int added = 0;
            do
            {
                RunPage page = await workspace.Experiments.SearchAsync(
                    new RunRequest { Experiments = ["e" + orders.Length], Orders = orders, Most = 6, PageToken = token }, Token);
                seen.AddRange(page.Runs.Select(r => r.Id));
                token = page.NextPageToken;
                for (int i = 0; i < 3; i++)
                {
                    await AddAsync(workspace, clock, "e" + orders.Length, (added++ * 7) % 40);
                }
            }
            while (token is not null && seen.Count < 1000);
            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.Empty(before.Except(seen));
        }
    }

    [Fact]
    public async Task ManyTies_AreWalkedByTheKeysBehind()
    {
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(clock);
        await workspace.Experiments.CreateAsync("many", Token);
        await FillRowsAsync(workspace, 30_000);
        foreach ((RunFilter filter, string order) in new[]
        {
            ((RunFilter)new EveryFilter(), "params.same"), (RunFields.All.Metric("half") > 0.5, "params.same DESC, metrics.half"),
            (RunFields.All.Metric("half") >= 0, "metrics.two DESC"), (!(RunFields.All.Metric("two") == 0.0), "metrics.two, params.same"),
            (RunFields.All.Metric("half") > 2, "metrics.half DESC"), (RunFields.All.Metric("rare") == 7, "metrics.half"),
            (RunFields.All.Tag("none").IsMissing & RunFields.All.Metric("half") < 0.25, "status, metrics.half DESC"),
            ((RunFields.All.Metric("rare") == 7) | (RunFields.All.Metric("half") < 0.1), "start_time"),
        })
        {
            List<string>? expected = null;
            HashSet<SearchPlan> used = [];
            foreach (SearchPlan plan in new[] { SearchPlan.Ids, SearchPlan.Auto, SearchPlan.Walk, SearchPlan.Sets })
            {
                List<string> found = [];
                string? token = null;
                for (int page = 0; page < 3 && (page == 0 || token is not null); page++)
                {
                    RunPage next = await workspace.Experiments.SearchAsync(
                        new RunRequest { Filter = filter, Orders = RunOrder.Parse(order), Most = 50, PageToken = token, Plan = plan, Columns = RunColumns.Info }, Token);
                    found.AddRange(next.Runs.Select(r => r.Id));
                    token = next.NextPageToken;
                }

                expected ??= found;
                Assert.True(expected.SequenceEqual(found), $"{plan} {order} {FilterText.Of(filter)}");
            }
        }
    }

    private static bool Sees(LifecycleView view, RunRecord run) => view == LifecycleView.All || run.IsDeleted == (view == LifecycleView.Deleted);

    private static async Task<string> AddAsync(TrackingWorkspace workspace, FakeTimeProvider clock, string experiment, int value)
    {
        Run run = await workspace.Experiments.StartRunAsync(experiment, cancellationToken: Token);
        run.LogMetric("m", value % 9);
        run.LogParam("p", "v" + (value % 4));
        clock.Advance(TimeSpan.FromMilliseconds(value % 2));
        await run.CompleteAsync(RunStatus.Finished, Token);
        return run.Id;
    }

    // Rows straight into the tables: 30,000 runs through the journal would take longer than the test may.
    internal static async Task FillRowsAsync(TrackingWorkspace workspace, int runs) => await workspace.Store.Database.WriteAsync(
        async (transaction, token) =>
        {
            foreach (string sql in new[]
            {
                "INSERT INTO tracking_key(id, kind, text) VALUES(1001, 1, 'half'), (1002, 1, 'two'), (1003, 1, 'rare'), (1004, 2, 'same')",
                $"""
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {runs})
                INSERT INTO tracking_run(id, run_id, experiment, stage, status, start_ms, end_ms, name, user)
                SELECT i, printf('%032x', i * 2654435761 % 4294967296 * 1000003 + i), (SELECT max(id) FROM tracking_experiment), 1 + (i % 50 = 0), 3 + (i % 100 = 7), 1000000 + i / 3, 1000000 + i, 'n' || i, 'ada' FROM n
                """,
                "INSERT INTO tracking_metric_latest(run, key, experiment, value, nan, step, ts) SELECT id, 1001, experiment, (id * 7919 % 30011) / 30011.0, 0, 0, 0 FROM tracking_run",
                "INSERT INTO tracking_metric_latest(run, key, experiment, value, nan, step, ts) SELECT id, 1002, experiment, id % 2, 0, 0, 0 FROM tracking_run WHERE id % 5 > 0",
                "INSERT INTO tracking_metric_latest(run, key, experiment, value, nan, step, ts) SELECT id, 1003, experiment, 7, 0, 0, 0 FROM tracking_run WHERE id % 500 = 3",
                "INSERT INTO tracking_param(run, key, experiment, head, value) SELECT id, 1004, experiment, 'same', 'same' FROM tracking_run WHERE id % 3 > 0",
            })
            {
                await transaction.ExecuteAsync(sql, [], token);
            }

            return true;
        },
        CommitDurability.Buffered, Token);
}
