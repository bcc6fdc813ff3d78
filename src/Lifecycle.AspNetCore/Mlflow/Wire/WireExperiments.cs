namespace Lifecycle.AspNetCore;

internal sealed record CreateExperimentRequest(string? Name, string? ArtifactLocation, WirePair[]? Tags);

internal sealed record CreateExperimentAnswer(string ExperimentId);

internal sealed record ExperimentRequest(string? ExperimentId);

internal sealed record ExperimentByNameRequest(string? ExperimentName);

internal sealed record ExperimentAnswer(WireExperiment Experiment);

internal sealed record UpdateExperimentRequest(string? ExperimentId, string? NewName);

internal sealed record ExperimentTagRequest(string? ExperimentId, string? Key, string? Value);

internal sealed record SearchExperimentsRequest(long? MaxResults, string? PageToken, string? Filter, string[]? OrderBy, WireView? ViewType);

internal sealed record SearchExperimentsAnswer(WireExperiment[]? Experiments, string? NextPageToken);

internal sealed record SearchDatasetsRequest(string[]? ExperimentIds);

internal sealed record SearchDatasetsAnswer(WireDatasetSummary[]? DatasetSummaries);

internal sealed record ServerInformation(
    string StoreType, bool WorkspacesEnabled, bool TraceArchivalEnabled, bool MultipartUploadsEnabled, bool MultipartDownloadsEnabled);
