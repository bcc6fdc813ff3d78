namespace Lifecycle;

/// <summary>When a hosted retraining begins.</summary>
public sealed record RetrainingSchedule
{
    // Longer ones a timer does not take.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

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

        if (AtMostEvery < TimeSpan.Zero || AtMostEvery > Longest || Every > Longest)
        {
            throw new LifecycleException(
                $"The retraining of '{model}' has Every = {Every} and AtMostEvery = {AtMostEvery}; use times from zero to {Longest.TotalDays:0} days.");
        }

        if (!OnDrift && Every is null)
        {
            throw new LifecycleException($"The retraining of '{model}' would never begin: set OnDrift or Every.");
        }
    }
}
