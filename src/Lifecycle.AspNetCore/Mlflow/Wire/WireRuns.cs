using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

internal sealed record CreateRunRequest(string? ExperimentId, string? UserId, string? RunName, long? StartTime, WirePair[]? Tags);

internal sealed record RunAnswer(WireRun Run);

internal sealed record RunInfoAnswer(WireRunHead RunInfo);

internal sealed record RunRequest(string? RunId, string? RunUuid);

internal sealed record UpdateRunRequest(string? RunId, string? RunUuid, RunStatus? Status, long? EndTime, string? RunName);

internal sealed record RunPairRequest(string? RunId, string? RunUuid, string? Key, string? Value);

internal sealed record LogMetricRequest
{
    public string? RunId { get; init; }

    public string? RunUuid { get; init; }

    public string? Key { get; init; }

    public double? Value { get; init; }

    public long? Timestamp { get; init; }

    public long? Step { get; init; }

    public string? ModelId { get; init; }

    public string? DatasetName { get; init; }

    public string? DatasetDigest { get; init; }
}

internal sealed record LogBatchRequest(string? RunId, WireMetric[]? Metrics, WirePair[]? Params, WirePair[]? Tags);

internal sealed record LogInputsRequest(string? RunId, WireDatasetInput[]? Datasets, WireModelInput[]? Models);

internal sealed record LogModelRequest(string? RunId, string? ModelJson);

internal sealed record LogOutputsRequest(string? RunId, WireModelOutput[]? Models);

internal sealed record SearchRunsRequest(
    string[]? ExperimentIds, string? Filter, WireView? RunViewType, long? MaxResults, string[]? OrderBy, string? PageToken);

internal sealed record SearchRunsAnswer(WireRun[]? Runs, string? NextPageToken);

internal sealed record MetricHistoryRequest(string? RunId, string? RunUuid, string? MetricKey, string? PageToken, long? MaxResults);

internal sealed record MetricHistoryBulkRequest(string[]? RunId, string? MetricKey, long? MaxResults);

internal sealed record MetricIntervalRequest(string[]? RunIds, string? MetricKey, long? StartStep, long? EndStep, long? MaxResults);

internal sealed record MetricsAnswer(WireMetric[]? Metrics, string? NextPageToken);

internal sealed record ListArtifactsRequest(string? RunId, string? RunUuid, string? Path, string? PageToken);

internal sealed record ListArtifactsAnswer(string RootUri, WireFile[]? Files);

internal sealed record FolderAnswer(WireFile[]? Files);
