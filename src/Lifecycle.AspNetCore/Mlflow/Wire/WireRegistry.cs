namespace Lifecycle.AspNetCore;

internal sealed record WireAlias(string Alias, string Version);

internal sealed record WireRegisteredModel
{
    public required string Name { get; init; }

    public required long CreationTimestamp { get; init; }

    public required long LastUpdatedTimestamp { get; init; }

    public string? Description { get; init; }

    public WireModelVersion[]? LatestVersions { get; init; }

    public WirePair[]? Tags { get; init; }

    public WireAlias[]? Aliases { get; init; }
}

internal sealed record WireModelVersion
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    public required long CreationTimestamp { get; init; }

    public required long LastUpdatedTimestamp { get; init; }

    public required string CurrentStage { get; init; }

    public required string Description { get; init; }

    public required string Source { get; init; }

    public required string RunId { get; init; }

    public required string Status { get; init; }

    public WirePair[]? Tags { get; init; }

    public required string RunLink { get; init; }

    public string[]? Aliases { get; init; }
}

internal sealed record CreateRegisteredModelRequest(string? Name, WirePair[]? Tags, string? Description);

internal sealed record RegisteredModelRequest(string? Name, string? NewName, string? Description);

internal sealed record RegisteredModelAnswer(WireRegisteredModel RegisteredModel);

internal sealed record SearchRegistryRequest(string? Filter, long? MaxResults, string[]? OrderBy, string? PageToken);

internal sealed record SearchRegisteredModelsAnswer(WireRegisteredModel[]? RegisteredModels, string? NextPageToken);

internal sealed record LatestVersionsRequest(string? Name, string[]? Stages);

internal sealed record ModelVersionsAnswer(WireModelVersion[]? ModelVersions, string? NextPageToken);

internal sealed record RegistryTagRequest(string? Name, string? Version, string? Key, string? Value);

internal sealed record AliasRequest(string? Name, string? Alias, string? Version);

internal sealed record CreateModelVersionRequest
{
    public string? Name { get; init; }

    public string? Source { get; init; }

    public string? RunId { get; init; }

    public string? RunLink { get; init; }

    public WirePair[]? Tags { get; init; }

    public string? Description { get; init; }

    public string? ModelId { get; init; }
}

internal sealed record ModelVersionRequest(string? Name, string? Version, string? Description, string? Stage, bool? ArchiveExistingVersions);

internal sealed record ModelVersionAnswer(WireModelVersion ModelVersion);

internal sealed record DownloadUriAnswer(string ArtifactUri);
