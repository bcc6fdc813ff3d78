using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

internal static partial class MlflowRoutes
{
    private static void MapMetrics(MlflowMap map)
    {
        ExperimentCatalog experiments = map.Server.Experiments;
        MlflowJson json = MlflowJson.Default;
        map.Get("/metrics/get-history", json.MetricHistoryRequest, json.MetricsAnswer, async (asked, token) =>
        {
            MetricPage page = await experiments.MetricPageAsync(
                MlflowRequire.Run(asked.RunId, asked.RunUuid), MlflowRequire.Text(asked.MetricKey, "metric_key"),
                MlflowRequire.Most(asked.MaxResults, ExperimentCatalog.MaximumPoints, ExperimentCatalog.MaximumPoints), asked.PageToken, token).ConfigureAwait(false);
            return new MetricsAnswer(MlflowRequire.NullIfEmpty([.. page.Points.Select(p => MlflowShapes.Of(p))]), page.NextPageToken);
        });
        map.Get("/metrics/get-history-bulk", json.MetricHistoryBulkRequest, json.MetricsAnswer, async (asked, token) => Answer(
            await experiments.MetricHistoriesAsync(
                Runs(asked.RunId, "run_id"), MlflowRequire.Text(asked.MetricKey, "metric_key"),
                MlflowRequire.Most(asked.MaxResults, ExperimentCatalog.MaximumPoints, ExperimentCatalog.MaximumPoints), token).ConfigureAwait(false)));
        map.Get("/metrics/get-history-bulk-interval", json.MetricIntervalRequest, json.MetricsAnswer, async (asked, token) => Answer(
            await experiments.SampleMetricAsync(
                Runs(asked.RunIds, "run_ids"), MlflowRequire.Text(asked.MetricKey, "metric_key"), asked.StartStep, asked.EndStep,
                MlflowRequire.Most(asked.MaxResults, ExperimentCatalog.MaximumSamples, ExperimentCatalog.MaximumSamples), token).ConfigureAwait(false)));
    }

    private static IReadOnlyList<string> Runs(string[]? ids, string field)
    {
        IReadOnlyList<string> runs = MlflowRequire.Items(ids, field);
        return runs.Count switch
        {
            0 => throw MlflowException.Missing(field),
            > ExperimentCatalog.MaximumRunsOfHistory =>
                throw MlflowException.Invalid($"Histories are given for at most {ExperimentCatalog.MaximumRunsOfHistory} runs at a time, not for {runs.Count} in '{field}'."),
            _ => runs,
        };
    }

    private static MetricsAnswer Answer(IReadOnlyList<RunPoint> points) =>
        new(MlflowRequire.NullIfEmpty([.. points.Select(p => MlflowShapes.Of(p.Point, p.RunId))]), null);
}
