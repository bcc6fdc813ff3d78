using System.Collections.ObjectModel;

namespace Lifecycle.Tracking;

/// <summary>A place for runs that belong together.</summary>
/// <param name="Id">A number as text; <c>0</c> is <c>Default</c> and always there.</param>
/// <param name="Name">1 to 500 characters; unique, names of deleted experiments included.</param>
/// <param name="IsDeleted">Whether it was deleted; its runs are then hidden.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last renamed, deleted or restored.</param>
public sealed record Experiment(string Id, string Name, bool IsDeleted, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Where clients are told to put artifacts: <c>mlflow-artifacts:/&lt;id&gt;</c>, which is this store, unless another place was named.</summary>
    public string ArtifactLocation { get; init; } = "mlflow-artifacts:/" + Id;

    /// <summary>Tags by key.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>What to make an experiment of.</summary>
/// <param name="Name">1 to 500 characters; unique, names of deleted experiments included.</param>
public sealed record NewExperiment(string Name)
{
    /// <summary>Where clients put artifacts; null means this store. See <see cref="ArtifactLocation"/> for what is allowed.</summary>
    public string? Location { get; init; }

    /// <summary>Tags by key: keys of 1 to 250 characters, values of at most 5,000.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>Which data one experiment used for what.</summary>
/// <param name="ExperimentId">Id of the experiment.</param>
/// <param name="Name">Name of the dataset.</param>
/// <param name="Digest">Digest of the dataset.</param>
/// <param name="Context">What for, for example <c>training</c>; empty when nobody said.</param>
public sealed record DatasetUse(string ExperimentId, string Name, string Digest, string Context);
