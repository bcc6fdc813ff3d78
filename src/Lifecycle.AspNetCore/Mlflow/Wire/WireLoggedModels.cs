namespace Lifecycle.AspNetCore;

internal sealed record WireLoggedModel(WireLoggedModelHead Info, WireLoggedModelValues Data);

internal sealed record WireLoggedModelHead
{
    public required string ModelId { get; init; }

    public required string ExperimentId { get; init; }

    public required string Name { get; init; }

    public required long CreationTimestampMs { get; init; }

    public required long LastUpdatedTimestampMs { get; init; }

    public required string ArtifactUri { get; init; }

    public required string Status { get; init; }

    public required string ModelType { get; init; }

    public string? SourceRunId { get; init; }

    public WirePair[]? Tags { get; init; }
}

internal sealed record WireLoggedModelValues(WirePair[]? Params, WireMetric[]? Metrics);

internal sealed record CreateLoggedModelRequest
{
    public string? ExperimentId { get; init; }

    public string? Name { get; init; }

    public string? ModelType { get; init; }

    public string? SourceRunId { get; init; }

    public WirePair[]? Params { get; init; }

    public WirePair[]? Tags { get; init; }
}

internal sealed record FinishLoggedModelRequest(string? ModelId, string? Status);

internal sealed record LoggedModelAnswer(WireLoggedModel Model);

internal sealed record LoggedModelPairsRequest(string? ModelId, WirePair[]? Tags, WirePair[]? Params);

internal sealed record SearchLoggedModelsRequest(
    string[]? ExperimentIds, string? Filter, WireModelDataset[]? Datasets, long? MaxResults, WireModelOrder[]? OrderBy, string? PageToken);

internal sealed record WireModelDataset(string? DatasetName, string? DatasetDigest);

internal sealed record WireModelOrder(string? FieldName, bool? Ascending, string? DatasetName, string? DatasetDigest);

internal sealed record SearchLoggedModelsAnswer(WireLoggedModel[]? Models, string? NextPageToken);
