namespace Lifecycle.Tracking;

/// <summary>An experiment, a run or an artifact does not exist, or is in a state that forbids what was asked, or the call broke a rule.</summary>
public sealed class TrackingException : LifecycleException
{
    internal TrackingException(string message, TrackingErrorKind kind = TrackingErrorKind.Invalid)
        : base(message) => Kind = kind;

    /// <summary>What is wrong.</summary>
    public TrackingErrorKind Kind { get; }

    internal static TrackingException NoRun(string? runId) => new($"Run with id={KeyRule.Show(runId ?? "")} not found", TrackingErrorKind.NotFound);

    internal static TrackingException NoExperiment(string? id) => new($"No Experiment with id={KeyRule.Show(id ?? "")} exists", TrackingErrorKind.NotFound);

    internal static TrackingException State(string what, string wanted, string current) =>
        new($"The {what} must be in the '{wanted}' state. Current state is {current}.", TrackingErrorKind.NotActive);
}

/// <summary>What a <see cref="TrackingException"/> complains of.</summary>
public enum TrackingErrorKind
{
    /// <summary>The call breaks a rule.</summary>
    Invalid,

    /// <summary>What was named does not exist.</summary>
    NotFound,

    /// <summary>The name is taken.</summary>
    AlreadyExists,

    /// <summary>It is deleted, or it is not deleted and should be.</summary>
    NotActive,
}
