using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    /// <summary>Queries over runs, in C#.</summary>
    public RunQuery Runs => new(this);

    /// <summary>Searches by text, as in MLflow, with OR, NOT, brackets, BETWEEN, IN and IS besides.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="filter">For example <c>metrics.auc &gt; 0.9 AND params.trainer = 'LightGbm'</c>; null means every run.</param>
    /// <param name="orderBy">For example <c>metrics.auc DESC, start_time</c>; null means latest start first.</param>
    /// <param name="max">At most so many runs, 1 to 50,000.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="RunFilterException">Filter or order cannot be read; the message names the column and what was expected.</exception>
    /// <exception cref="TrackingException">The experiment does not exist.</exception>
    public ValueTask<RunPage> SearchAsync(
        string experiment, string? filter = null, string? orderBy = null, int max = 1000, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, RunQuery.MaximumRuns);
        return SearchAsync(
            new RunRequest
            {
                Experiments = [experiment], Filter = RunFilter.Parse(filter ?? ""), Orders = RunOrder.Parse(orderBy), Most = max,
            },
            cancellationToken);
    }

    /// <summary>Searches runs of experiments by their ids, page by page.</summary>
    /// <param name="search">What to find, for example <c>new RunSearch { ExperimentIds = ["1"], Filter = "metrics.auc &gt; 0.9" }</c>.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="RunFilterException">Filter, order or page size cannot be taken; the message is MLflow's where it has one.</exception>
    /// <exception cref="PageTokenException">The page token is none, was cut, or belongs to another query.</exception>
    public ValueTask<RunPage> SearchAsync(RunSearch search, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        PageSize.Require(search.Max, RunQuery.MaximumRuns);
        return SearchAsync(
            new RunRequest
            {
                ExperimentIds = search.ExperimentIds,
                Filter = RunFilter.Parse(search.Filter ?? "", search.Dialect),
                Orders = RunOrder.Parse(search.OrderBy, search.Dialect, FilterTarget.Runs),
                View = search.View,
                Most = search.Max,
                PageToken = search.PageToken,
                Columns = search.Columns,
            },
            cancellationToken);
    }

    internal async ValueTask<RunPage> SearchAsync(RunRequest request, CancellationToken cancellationToken)
    {
        using Activity? span = TrackingTelemetry.Source.StartActivity("search");
        long began = Stopwatch.GetTimestamp();
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        using SearchSession session = await SearchSession.OpenAsync(_store.Database, cancellationToken).ConfigureAwait(false);
        session.Seen = request.Seen;
        SearchScope scope = new(ExperimentsOf(session, request), SearchScope.StagesOf(request.View));
        string where = request.Experiments.Count == 0 && request.ExperimentIds is null
            ? "*" : string.Join(',', scope.Experiments.Order().Select(e => e.ToString(CultureInfo.InvariantCulture)));
        string fingerprint = PageToken.Fingerprint("runs", where, request.View, request.Filter, request.Orders);
        PageToken? token = string.IsNullOrEmpty(request.PageToken)
            ? null : PageToken.Read(request.PageToken, fingerprint, [.. SortTerms.OfRuns(new SqlText(), request.Orders).Terms.Select(t => t.Kind)]);
        int skipped = (int)(token?.Offset ?? 0);
        RunSearcher searcher = new(session, scope, request.Filter, request.Orders);
        List<long> ids = searcher.Find(
            (int)Math.Min(int.MaxValue, (long)skipped + request.Most + 1), token is { Values.Count: > 0 } ? new SearchPlace(token.Values) : null, request.Plan);
        List<long> page = [.. ids.Skip(skipped).Take(request.Most)];
        string? next = ids.Count - skipped > request.Most ? PageToken.Write(fingerprint, searcher.PlaceOf(page[^1]).Values) : null;
        IReadOnlyList<RunRecord> runs = RunRecordTable.Load(session, KeyTexts.Of(_store.Database), page, request.Columns);
        TrackingTelemetry.Searched(Stopwatch.GetElapsedTime(began), searcher.Used);
        return new RunPage(runs, next);
    }

    private static IReadOnlyList<long> ExperimentsOf(SearchSession session, RunRequest request)
    {
        SqlText sql = new();
        if (request.ExperimentIds is { } ids)
        {
            long[] numbers = [.. ids.Select(i => long.TryParse(i, NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : -1).Where(n => n >= 0).Distinct()];
            return numbers.Length < 2 ? numbers : session.Query(
                $"SELECT id FROM tracking_experiment WHERE id IN {sql.AddList(numbers)} ORDER BY id", sql.Parameters, row => row.GetInt64(0));
        }

        if (request.Experiments.Count == 0)
        {
            string active = request.View == LifecycleView.Active ? " WHERE stage = 1" : "";
            return session.Query($"SELECT id FROM tracking_experiment{active} ORDER BY id", [], row => row.GetInt64(0));
        }

        string[] names = [.. request.Experiments.Select(ExperimentTable.RequireName).Distinct()];
        Dictionary<string, long> known = session.Query(
            $"SELECT name, id FROM tracking_experiment WHERE name IN {sql.AddList(names)}", sql.Parameters, row => (Name: row.GetString(0), Id: row.GetInt64(1)))
            .ToDictionary(e => e.Name, e => e.Id, StringComparer.Ordinal);
        return [.. names.Select(n => known.TryGetValue(n, out long id)
            ? id : throw new TrackingException($"Could not find experiment with name '{KeyRule.Show(n)}'", TrackingErrorKind.NotFound))];
    }
}

/// <summary>A search of runs, read.</summary>
internal sealed record RunRequest
{
    public IReadOnlyList<string> Experiments { get; init; } = [];

    public IReadOnlyList<string>? ExperimentIds { get; init; }

    public RunFilter Filter { get; init; } = new EveryFilter();

    public IReadOnlyList<RunOrder> Orders { get; init; } = [];

    public LifecycleView View { get; init; } = LifecycleView.Active;

    public int Most { get; init; } = 1000;

    public string? PageToken { get; init; }

    public RunColumns Columns { get; init; } = RunColumns.All;

    /// <summary>For tests: which way to go.</summary>
    public SearchPlan Plan { get; init; }

    /// <summary>For tests: told of every statement.</summary>
    public Action<string, IReadOnlyList<(string Name, object? Value)>>? Seen { get; init; }
}

/// <summary>How many rows a page may have.</summary>
internal static class PageSize
{
    public static void Require(int max, int most)
    {
        if (max < 1 || max > most)
        {
            throw new RunFilterException(string.Create(
                CultureInfo.InvariantCulture, $"Invalid value {max} for parameter 'max_results' supplied: a page has 1 to {most} rows, for example {Math.Min(100, most)}."));
        }
    }
}
