using Lifecycle.Drift;
using Lifecycle.Tracking;
using Lifecycle.Validation;

namespace Lifecycle;

/// <summary>How one model is made anew: what trains it, which gate it must pass against the one that serves, and which alias it may take.</summary>
public sealed record RetrainingPlan
{
    /// <summary>Name of the model in the registry.</summary>
    public required string Model { get; init; }

    /// <summary>The alias to challenge.</summary>
    public string Alias { get; init; } = "champion";

    /// <summary>Trains a challenger. It is given the champion, so that both can be scored on the same rows.</summary>
    public required Func<RetrainingContext, CancellationToken, Task<Challenger>> Train { get; init; }

    /// <summary>The gate. Requirements against a baseline compare with the champion's scores.</summary>
    public required Gate Gate { get; init; }
}

/// <summary>What a trainer is told.</summary>
/// <param name="Run">The run of this training; log into it.</param>
/// <param name="Champion">The version that holds the alias now; null for the first one.</param>
/// <param name="Trigger">Why the training happens, in words.</param>
public sealed record RetrainingContext(Run Run, ModelVersion? Champion, string Trigger);

/// <summary>What a training gives.</summary>
/// <param name="Model">The model, logged into the run.</param>
/// <param name="Rows">Labels, decisions and groups of rows that the challenger was not trained on.</param>
/// <param name="Baseline">The champion on the same rows; null when there is none.</param>
/// <param name="Predict">The challenger as a function, for requirements that change its inputs.</param>
/// <param name="Reference">What drift is measured against once the challenger answers; registered before it is promoted.</param>
public sealed record Challenger(
    ModelArtifact Model, EvaluationSet Rows, Baseline? Baseline = null, BatchPredictor? Predict = null, ReferenceProfile? Reference = null);
