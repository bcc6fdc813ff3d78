namespace Lifecycle.Serving;

/// <summary>The host serves no model of this name.</summary>
public sealed class UnknownModelException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="model">The name that was asked for.</param>
    /// <param name="served">The names that are served.</param>
    public UnknownModelException(string? model, IEnumerable<string> served)
        : base($"Request for unknown model: '{Show(model)}' is not served; served: {string.Join(", ", served)}.")
    {
    }

    private static string Show(string? name) => name is null
        ? "(null)"
        : string.Concat(name.Take(ResourceName.MaximumLength).Select(c => char.IsControl(c) ? '?' : c));
}

/// <summary>Why a prediction was refused before any work.</summary>
public enum RejectionReason
{
    /// <summary>No version of the model is ready.</summary>
    NotReady,
}

/// <summary>A prediction was refused before any work; the same call may succeed later.</summary>
public sealed class PredictionRejectedException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">State of the model and what to do.</param>
    /// <param name="retryAfter">When to try again.</param>
    public PredictionRejectedException(RejectionReason reason, string message, TimeSpan retryAfter)
        : base(message)
    {
        Reason = reason;
        RetryAfter = retryAfter;
    }

    /// <summary>Why.</summary>
    public RejectionReason Reason { get; }

    /// <summary>When to try again.</summary>
    public TimeSpan RetryAfter { get; }
}

/// <summary>The model threw. What it threw is the inner exception.</summary>
public sealed class PredictionFailedException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">The version that ran.</param>
    /// <param name="innerException">What it threw.</param>
    public PredictionFailedException(string model, string version, Exception innerException)
        : base($"The model '{model}' failed ({innerException.GetType().Name}): {innerException.Message}", innerException)
    {
        Model = model;
        Version = version;
    }

    /// <summary>Name of the model.</summary>
    public string Model { get; }

    /// <summary>The version that ran.</summary>
    public string Version { get; }
}
