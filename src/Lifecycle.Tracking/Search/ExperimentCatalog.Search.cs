using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    /// <summary>Queries over runs, in C#.</summary>
    public RunQuery Runs => new(this, [], new EveryFilter(), []);

    /// <summary>Searches by text, as in MLflow, with OR, NOT, brackets, BETWEEN, IN and IS besides.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="filter">For example <c>metrics.auc &gt; 0.9 AND params.trainer = 'LightGbm'</c>; null means every run.</param>
    /// <param name="orderBy">For example <c>metrics.auc DESC, start_time</c>; null means latest start first.</param>
    /// <param name="max">At most so many runs, 1 to 50,000.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="RunFilterException">Filter or order cannot be read; the message names the column and what was expected.</exception>
    /// <exception cref="TrackingException">The experiment does not exist.</exception>
    public async ValueTask<RunPage> SearchAsync(
        string experiment, string? filter = null, string? orderBy = null, int max = 1000, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, RunQuery.MaximumRuns);
        return await SearchAsync([experiment], RunFilter.Parse(filter ?? ""), RunOrder.Parse(orderBy), false, max, cancellationToken).ConfigureAwait(false);
    }

    internal async ValueTask<RunPage> SearchAsync(
        IReadOnlyList<string> experiments, RunFilter filter, IReadOnlyList<RunOrder> orders, bool includeDeleted, int most, CancellationToken cancellationToken)
    {
        using Activity? span = TrackingTelemetry.Source.StartActivity("search");
        long began = Stopwatch.GetTimestamp();
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        List<long> ids = [];
        if (experiments.Count == 0)
        {
            ids.AddRange((await ListAsync(includeDeleted, cancellationToken).ConfigureAwait(false)).Select(e => long.Parse(e.Id, CultureInfo.InvariantCulture)));
        }

        foreach (string name in experiments)
        {
            Experiment found = await GetAsync(name, cancellationToken).ConfigureAwait(false)
                ?? throw new TrackingException($"Could not find experiment with name '{KeyRule.Show(name)}'", TrackingErrorKind.NotFound);
            ids.Add(long.Parse(found.Id, CultureInfo.InvariantCulture));
        }

        (string sql, IReadOnlyList<(string, object?)> parameters) = SearchSql.Of(ids, filter, orders, includeDeleted, most + 1);
        IReadOnlyList<RunRecord> runs = await RunRecordTable.LoadAsync(_store.Database, sql, parameters, cancellationToken).ConfigureAwait(false);
        TrackingTelemetry.Searched(Stopwatch.GetElapsedTime(began));
        return new RunPage(runs.Count > most ? [.. runs.Take(most)] : runs, runs.Count > most);
    }
}
