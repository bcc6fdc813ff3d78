namespace Lifecycle.Serving;

/// <summary>Which prediction it was.</summary>
/// <param name="Model">Name under which the model is served.</param>
/// <param name="Version">The version that answered.</param>
/// <param name="RequestId">Version-7 Guid of the call; the one in <see cref="Prediction{T}"/>.</param>
/// <param name="At">When the answer was there.</param>
public readonly record struct InferenceStamp(string Model, string Version, Guid RequestId, DateTimeOffset At)
{
    /// <summary>The arm of the deployment: the alias or version that it names.</summary>
    public string Arm { get; init; } = string.Empty;

    /// <summary>Why the version ran.</summary>
    public InferenceRole Role { get; init; }

    /// <summary>The arm's share of the traffic, 0 to 1; 1 when the caller asked for the version.</summary>
    public double Propensity { get; init; } = 1;

    /// <summary>From the call to the answer.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What the client called the request; null when it is a Guid or nothing.</summary>
    public string? ClientId { get; init; }

    /// <summary>Type of the exception when the run failed; null when it did not.</summary>
    public string? Error { get; init; }
}

/// <summary>Why a version ran.</summary>
public enum InferenceRole
{
    /// <summary>It answered a caller.</summary>
    Primary,

    /// <summary>It got a copy of what another version answered.</summary>
    Shadow,

    /// <summary>The model was stopped and its fallback answered.</summary>
    Fallback,
}
