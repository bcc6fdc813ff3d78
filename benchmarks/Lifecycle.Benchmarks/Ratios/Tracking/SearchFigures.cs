using System.Diagnostics;
using Lifecycle.Tracking;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>Search of runs: against MLflow's own SQL at 10,000 runs, and by itself at 100,000.</summary>
internal static class SearchFigures
{
    private const int Page = 100;
    private const int Rounds = 15;
    private const int Samples = 40;
    private const int Small = 10_000;
    private const int Large = 100_000;
    private const string Script = "mlflow_sql.py";

    /// <summary>Twelve searches with one clause or one order each.</summary>
    public static IReadOnlyList<RunSearch> SingleClauses { get; } =
    [
        Of("metrics.m1 > 0.9"), Of("metrics.m1 < 0.001"), Of("metrics.m1 != 0.5"), Of("params.p1 = 'v1'"), Of("params.p1 != 'v1'"), Of("params.p9 LIKE 'v1%'"),
        Of("tags.t1 LIKE '%2'"), Of("run_name = 'run-5000'"), Of("start_time > 1770000090000"), Of("", "metrics.m1 DESC"), Of("", "params.p1"),
        Of("", "duration_ms DESC"),
    ];

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        await using (SearchStore store = await SearchStore.MakeAsync(Small))
        {
            foreach ((string name, double goal, RunSearch search, int pages) in new[]
            {
                ("default", 4.0, Of(""), 0), ("metric_filter", 10, Of("metrics.m1 > 0.9"), 0),
                ("three_clauses", 10, Of("metrics.m1 > 0.9 AND params.p1 = 'v1' AND tags.t1 = 'w1'"), 0),
                ("order_metric", 500, Of("", "metrics.m1 DESC"), 0), ("deep_page", 10, Of(""), 98),
            })
            {
                yield return await AgainstPeerAsync(store, name, goal, search, pages);
            }
        }

        await using (SearchStore store = await SearchStore.MakeAsync(Large))
        {
            await foreach (Figure figure in AloneAsync(store))
            {
                yield return figure;
            }
        }

        yield return new Figure("tracking.filter.fuzz", FilterFuzz.Seconds(1_000_000), "s", false, 60);
    }

    /// <summary>The greatest 95th percentile of the twelve, in ms, however a search is made: in the process or over HTTP.</summary>
    public static async Task<double> WorstAsync(Func<RunSearch, Task> search)
    {
        double worst = 0;
        foreach (RunSearch one in SingleClauses)
        {
            double p95 = await PercentileAsync(() => search(one));
            await Console.Error.WriteLineAsync(FormattableString.Invariant($"{one.Filter} | {string.Join(", ", one.OrderBy)}: {p95:F2} ms"));
            worst = Math.Max(worst, p95);
        }

        return worst;
    }

    private static async IAsyncEnumerable<Figure> AloneAsync(SearchStore store)
    {
        yield return Most("single_clause.worst_p95", "ms", 20, await WorstAsync(s => SearchAsync(store, s)));
        yield return Most("three_clauses.p95", "ms", 40, await P95Async("metrics.m1 > 0.9 AND params.p1 = 'v1' AND tags.t1 = 'w1'"));
        yield return Most("no_match_ordered.p95", "ms", 20, await P95Async("params.p1 = 'nothing'", "metrics.m1 DESC"));
        RunSearch first = Of("");
        string? token = await TokenAsync(store, first, (Large / Page) - 2);
        double head = await BestAsync(() => SearchAsync(store, first));
        yield return Most("deep_vs_first", "x", 1.5, await BestAsync(() => SearchAsync(store, first with { PageToken = token })) / head);
        double info = await BestAsync(() => SearchAsync(store, first with { Columns = RunColumns.Info }));
        yield return new Figure("tracking.search.100k.full_vs_info_only", head / info, "x", true, 3);

        Task<double> P95Async(string filter, params string[] order) => PercentileAsync(() => SearchAsync(store, Of(filter, order)));
    }

    private static Figure Most(string name, string unit, double goal, double value) => new("tracking.search.100k." + name, value, unit, false, goal);

    private static async Task<Figure> AgainstPeerAsync(SearchStore store, string name, double goal, RunSearch search, int pages)
    {
        string figure = $"tracking.search.10k.{name}.vs_mlflow_sql";
        using Peer? peer = Peer.Start(Script, name);
        if (peer is null)
        {
            return new Figure(figure, null, "x", true, goal, "python3");
        }

        RunSearch asked = search with { PageToken = await TokenAsync(store, search, pages) };
        double ours = double.MaxValue;
        double theirs = double.MaxValue;
        int rounds = name == "order_metric" ? 3 : Rounds;
        await BestAsync(() => SearchAsync(store, asked));
        for (int i = 0; i < rounds; i++)
        {
            ours = Math.Min(ours, await BestAsync(() => SearchAsync(store, asked), 5));
            theirs = Math.Min(theirs, peer.Seconds());
        }

        await Console.Error.WriteLineAsync(FormattableString.Invariant($"{name}: ours {1000 * ours:F2} ms, MLflow's SQL {1000 * theirs:F2} ms"));
        return new Figure(figure, theirs / ours, "x", true, goal);
    }

    private static RunSearch Of(string filter, params string[] order) => new() { ExperimentIds = ["1"], Filter = filter, OrderBy = order, Max = Page };

    private static async Task SearchAsync(SearchStore store, RunSearch search) => await store.Experiments.SearchAsync(search);

    private static async Task<string?> TokenAsync(SearchStore store, RunSearch search, int pages)
    {
        string? token = null;
        for (int i = 0; i < pages; i++)
        {
            token = (await store.Experiments.SearchAsync(search with { PageToken = token, Columns = RunColumns.Info })).NextPageToken;
        }

        return token;
    }

    private static async Task<double> BestAsync(Func<Task> work, int rounds = Samples)
    {
        double best = double.MaxValue;
        for (int i = 0; i < rounds; i++)
        {
            best = Math.Min(best, await SecondsAsync(work));
        }

        return best;
    }

    private static async Task<double> PercentileAsync(Func<Task> work)
    {
        double[] seconds = new double[Samples];
        for (int i = -5; i < Samples; i++)
        {
            double once = await SecondsAsync(work);
            if (i >= 0)
            {
                seconds[i] = once;
            }
        }

        Array.Sort(seconds);
        return 1000 * seconds[(int)(0.95 * (Samples - 1))];
    }

    private static async Task<double> SecondsAsync(Func<Task> work)
    {
        long started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
