using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

/// <summary>Records of the product as records of the wire.</summary>
internal static partial class MlflowShapes
{
    public static WireExperiment Of(Experiment experiment) => new()
    {
        ExperimentId = experiment.Id,
        Name = experiment.Name,
        ArtifactLocation = experiment.ArtifactLocation,
        LifecycleStage = Stage(experiment.IsDeleted),
        LastUpdateTime = experiment.UpdatedAt.ToUnixTimeMilliseconds(),
        CreationTime = experiment.CreatedAt.ToUnixTimeMilliseconds(),
        Tags = Pairs(experiment.Tags),
    };

    public static WirePair[]? Pairs(IReadOnlyDictionary<string, string> pairs) =>
        pairs.Count == 0 ? null : [.. pairs.Select(p => new WirePair(p.Key, p.Value))];

    public static string Stage(bool isDeleted) => isDeleted ? "deleted" : "active";
}
