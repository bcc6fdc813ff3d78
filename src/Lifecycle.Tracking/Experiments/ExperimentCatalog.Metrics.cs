using System.Globalization;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    /// <summary>Most points of one page of a history.</summary>
    public const int MaximumPoints = 25_000;

    /// <summary>Most runs of one question about several.</summary>
    public const int MaximumRunsOfHistory = 100;

    /// <summary>Most steps of <see cref="SampleMetricAsync"/>.</summary>
    public const int MaximumSamples = 2_500;

    /// <summary>A page of a metric's points in the order of (time, step, value), NaN first.</summary>
    /// <param name="runId">The run, deleted or not.</param>
    /// <param name="key">The metric; one that was never logged has no points.</param>
    /// <param name="max">1 to 25,000.</param>
    /// <param name="pageToken">What the page before gave; null for the first.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="TrackingException">There is no such run, or the token is not one of this history.</exception>
    public async ValueTask<MetricPage> MetricPageAsync(
        string runId, string key, int max = MaximumPoints, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MaximumPoints);
        MetricToken? after = string.IsNullOrEmpty(pageToken) ? null : MetricToken.Parse(pageToken, runId, key);
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<string, long> runs = await MetricHistoryTable.RunsAsync(_store.Database, [runId], cancellationToken).ConfigureAwait(false);
        if (!runs.TryGetValue(runId, out long run))
        {
            throw TrackingException.NoRun(runId);
        }

        List<MetricPoint> points = await MetricHistoryTable.PageAsync(_store.Database, run, key, after, max + 1, cancellationToken).ConfigureAwait(false);
        if (points.Count <= max)
        {
            return new MetricPage(points, null);
        }

        points.RemoveAt(max);
        return new MetricPage(points, MetricToken.Of(runId, points[^1]));
    }

    /// <summary>The points of one metric in several runs, each in the order of (time, step, value).</summary>
    /// <param name="runIds">1 to 100 runs; those that do not exist add nothing.</param>
    /// <param name="key">The metric.</param>
    /// <param name="max">Most points of all runs together, 1 to 25,000.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async ValueTask<IReadOnlyList<RunPoint>> MetricHistoriesAsync(
        IReadOnlyList<string> runIds, string key, int max = MaximumPoints, CancellationToken cancellationToken = default)
    {
        RequireRuns(runIds);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MaximumPoints);
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<string, long> runs = await MetricHistoryTable.RunsAsync(_store.Database, runIds, cancellationToken).ConfigureAwait(false);
        List<RunPoint> all = [];
        foreach (string id in runIds.Distinct(StringComparer.Ordinal).Where(runs.ContainsKey))
        {
            if (all.Count < max)
            {
                all.AddRange((await MetricHistoryTable.PageAsync(_store.Database, runs[id], key, null, max - all.Count, cancellationToken).ConfigureAwait(false))
                    .Select(p => new RunPoint(id, p)));
            }
        }

        return all;
    }

    /// <summary>
    /// The points of one metric in several runs at a choice of steps, each run in the order of (step, time, value): for charts. The steps of all runs are
    /// united and cut to the range; when they are more than <paramref name="max"/>, those with index floor(i n / max) are taken, with the last one and the
    /// least and greatest of each run.
    /// </summary>
    /// <param name="runIds">1 to 100 runs; those that do not exist add nothing.</param>
    /// <param name="key">The metric.</param>
    /// <param name="startStep">First step, with <paramref name="endStep"/>; null for all.</param>
    /// <param name="endStep">Last step.</param>
    /// <param name="max">1 to 2,500.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="TrackingException">Only one end of the range is given, or it ends before it begins.</exception>
    public async ValueTask<IReadOnlyList<RunPoint>> SampleMetricAsync(
        IReadOnlyList<string> runIds, string key, long? startStep = null, long? endStep = null, int max = MaximumSamples, CancellationToken cancellationToken = default)
    {
        RequireRuns(runIds);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MaximumSamples);
        if (startStep.HasValue != endStep.HasValue || startStep > endStep)
        {
            throw new TrackingException(string.Create(
                CultureInfo.InvariantCulture, $"start_step and end_step come together, and the end is not before the start; got {startStep} and {endStep}."));
        }

        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<string, long> runs = await MetricHistoryTable.RunsAsync(_store.Database, runIds, cancellationToken).ConfigureAwait(false);
        string[] known = [.. runIds.Distinct(StringComparer.Ordinal).Where(runs.ContainsKey)];
        List<(long Run, long Step)> steps = await MetricHistoryTable.StepsAsync(
            _store.Database, [.. known.Select(id => runs[id])], key, startStep ?? long.MinValue, endStep ?? long.MaxValue, cancellationToken).ConfigureAwait(false);
        IReadOnlyCollection<long> chosen = StepSample.Choose(steps, max);
        List<RunPoint> all = [];
        foreach (string id in known)
        {
            all.AddRange((await MetricHistoryTable.AtStepsAsync(_store.Database, runs[id], key, chosen, cancellationToken).ConfigureAwait(false))
                .Select(p => new RunPoint(id, p)));
        }

        return all;
    }

    private static void RequireRuns(IReadOnlyList<string> runIds)
    {
        ArgumentNullException.ThrowIfNull(runIds);
        if (runIds.Count is 0 or > MaximumRunsOfHistory)
        {
            throw new TrackingException($"Metrics are compared for 1 to {MaximumRunsOfHistory} runs at a time, not for {runIds.Count}.");
        }
    }
}

/// <summary>A part of a metric's history.</summary>
/// <param name="Points">In the order of (time, step, value), NaN first.</param>
/// <param name="NextPageToken">For the next page; null when this is the last.</param>
public sealed record MetricPage(IReadOnlyList<MetricPoint> Points, string? NextPageToken);

/// <summary>A point and its run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Point">The point.</param>
public sealed record RunPoint(string RunId, MetricPoint Point);
