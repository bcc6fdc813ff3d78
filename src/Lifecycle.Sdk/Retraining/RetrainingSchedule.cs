namespace Lifecycle;

/// <summary>When a hosted retraining begins.</summary>
public sealed record RetrainingSchedule
{
    /// <summary>Begins when drift of the model was found.</summary>
    public bool OnDrift { get; init; } = true;

    /// <summary>Begins this often; null for never.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Least time between two trainings, so that drift found every hour does not train every hour.</summary>
    public TimeSpan AtMostEvery { get; init; } = TimeSpan.FromHours(6);

    internal void Validate(string model)
    {
        if (Every is { } every && every <= TimeSpan.Zero)
        {
            throw new LifecycleException($"The retraining of '{model}' has Every = {every}; use a time above zero or null.");
        }

        if (!OnDrift && Every is null)
        {
            throw new LifecycleException($"The retraining of '{model}' would never begin: set OnDrift or Every.");
        }
    }
}
