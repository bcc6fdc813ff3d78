using System.Globalization;
using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

internal static partial class MlflowShapes
{
    public static WireRegisteredModel Of(RegisteredModel model, IReadOnlyList<ModelVersion> latest) => new()
    {
        Name = model.Name,
        CreationTimestamp = model.CreatedAt.ToUnixTimeMilliseconds(),
        LastUpdatedTimestamp = model.UpdatedAt.ToUnixTimeMilliseconds(),
        Description = string.IsNullOrEmpty(model.Description) ? null : model.Description,
        LatestVersions = MlflowRequire.NullIfEmpty([.. latest.Select(v => Of(v) with { Aliases = null })]),
        Tags = Pairs(model.Tags),
        Aliases = MlflowRequire.NullIfEmpty(
            [.. model.Aliases.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => new WireAlias(a.Key, a.Value.ToString(CultureInfo.InvariantCulture)))]),
    };

    public static WireModelVersion Of(ModelVersion version) => new()
    {
        Name = version.Model,
        Version = version.Number.ToString(CultureInfo.InvariantCulture),
        CreationTimestamp = version.CreatedAt.ToUnixTimeMilliseconds(),
        LastUpdatedTimestamp = version.UpdatedAt.ToUnixTimeMilliseconds(),
        CurrentStage = version.Stage.ToString(),
        Description = version.Description,
        Source = version.Source,
        RunId = version.RunId,
        Status = version.Status switch
        {
            VersionStatus.Pending => "PENDING_REGISTRATION",
            VersionStatus.Failed => "FAILED_REGISTRATION",
            _ => "READY",
        },
        Tags = Pairs(version.Tags),
        RunLink = version.RunLink,
        Aliases = MlflowRequire.NullIfEmpty([.. version.Aliases]),
    };

    public static WireLoggedModel Of(LoggedModel model) => new(
        new WireLoggedModelHead
        {
            ModelId = model.Id,
            ExperimentId = model.ExperimentId,
            Name = model.Name,
            CreationTimestampMs = model.CreatedAt.ToUnixTimeMilliseconds(),
            LastUpdatedTimestampMs = model.UpdatedAt.ToUnixTimeMilliseconds(),
            ArtifactUri = model.ArtifactUri,
            Status = model.Status switch
            {
                LoggedModelStatus.Pending => "LOGGED_MODEL_PENDING",
                LoggedModelStatus.Ready => "LOGGED_MODEL_READY",
                _ => "LOGGED_MODEL_UPLOAD_FAILED",
            },
            ModelType = model.Type,
            SourceRunId = model.SourceRunId,
            Tags = Pairs(model.Tags),
        },
        new WireLoggedModelValues(
            Pairs(model.Params),
            MlflowRequire.NullIfEmpty([.. model.Metrics.Select(m => new WireMetric
            {
                Key = m.Key,
                Value = m.Value,
                Timestamp = m.At.ToUnixTimeMilliseconds(),
                Step = m.Step,
                ModelId = model.Id,
                DatasetName = m.DatasetName,
                DatasetDigest = m.DatasetDigest,
                RunId = m.RunId,
            })])));
}
