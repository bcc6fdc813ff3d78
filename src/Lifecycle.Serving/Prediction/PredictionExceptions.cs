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

    /// <summary>Makes the error for a version that is not served.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">The version or alias that was asked for.</param>
    /// <param name="served">The versions that are served.</param>
    public UnknownModelException(string model, string version, IEnumerable<string> served)
        : base($"Request for unknown model: version '{Show(version)}' of '{model}' is not served; served: {string.Join(", ", served)}.")
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

    /// <summary>As many calls wait as may wait.</summary>
    QueueFull,

    /// <summary>The calls ahead would take longer than this one may wait.</summary>
    Deadline,

    /// <summary>The model was stopped by <c>Deployments.StopAsync</c>.</summary>
    Stopped,

    /// <summary>The host is stopping and its queues are closed.</summary>
    Draining,
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

/// <summary>The time of a call was over before the model had answered. What the model was doing then may go on for a while; its answer is thrown away.</summary>
public sealed class PredictionTimeoutException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="timeout">The time that was over.</param>
    public PredictionTimeoutException(string model, TimeSpan timeout)
        : base($"The model '{model}' did not answer within {timeout.TotalMilliseconds:0.###} ms. Give the call more time, or the model more capacity (AdmissionOptions, BatchingOptions).")
    {
        Model = model;
        Timeout = timeout;
    }

    /// <summary>Name of the model.</summary>
    public string Model { get; }

    /// <summary>The time that was over.</summary>
    public TimeSpan Timeout { get; }
}
