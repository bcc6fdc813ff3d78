using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tracking.Tests;

/// <summary>No single clause and no single order is answered by looking at every row of a table.</summary>
public sealed class SearchIndexTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SearchPlan_UsesIndex_ForEverySingleClause()
    {
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(clock);
        List<Run> open = await RandomRuns.FillAsync(workspace, clock, 20, 3);
        List<RunRequest> requests = [.. RandomRuns.Leaf.Sample(12, 400).Select(f => new RunRequest { Filter = f, Experiments = ["e0"] })];
        foreach (string key in FilterTarget.Runs.Texts.Concat(FilterTarget.Runs.Numbers).Concat(["metrics.k", "params.k", "tags.k"]))
        {
            requests.Add(new RunRequest { Orders = RunOrder.Parse(key + " DESC"), Experiments = ["e0"] });
        }

        HashSet<string> seen = [];
        List<(string Sql, IReadOnlyList<(string Name, object? Value)> Parameters)> statements = [];
        foreach (RunRequest request in requests)
        {
            foreach (SearchPlan plan in new[] { SearchPlan.Auto, SearchPlan.Walk, SearchPlan.Sets })
            {
                await workspace.Experiments.SearchAsync(request with { Plan = plan, Seen = (sql, parameters) => statements.Add((sql, parameters)) }, Token);
            }
        }

        foreach ((string sql, IReadOnlyList<(string Name, object? Value)> parameters) in statements.Where(s => seen.Add(s.Sql)))
        {
            foreach (string step in await workspace.Store.Database.QueryAsync("EXPLAIN QUERY PLAN " + sql, parameters, row => row.GetString(3), Token))
            {
                bool scansTable = step.StartsWith("SCAN ", StringComparison.Ordinal) && !step.Contains(" INDEX", StringComparison.Ordinal)
                    && !step.Contains("VIRTUAL TABLE", StringComparison.Ordinal) && !step.Contains("CONSTANT", StringComparison.Ordinal)
                    && step is not ("SCAN w" or "SCAN c") && !step.StartsWith("SCAN (subquery", StringComparison.Ordinal);
                Assert.False(scansTable && !sql.Contains("FROM tracking_experiment", StringComparison.Ordinal), $"{step}: {sql}");
            }
        }

        Assert.True(seen.Count > 100);
        foreach (Run run in open)
        {
            await run.DisposeAsync();
        }
    }
}
