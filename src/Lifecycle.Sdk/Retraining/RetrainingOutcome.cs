using Lifecycle.Tracking;
using Lifecycle.Validation;

namespace Lifecycle;

/// <summary>How a retraining ended.</summary>
public enum RetrainingResult
{
    /// <summary>The challenger passed and holds the alias.</summary>
    Promoted,

    /// <summary>The challenger did not pass; the champion stays.</summary>
    Kept,

    /// <summary>Another process is at the same job.</summary>
    Busy,
}

/// <summary>What a retraining did.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Champion">Who holds the alias now.</param>
/// <param name="Challenger">The version that was trained; null when another process was at it.</param>
/// <param name="Report">The gate's report; null when another process was at it.</param>
public sealed record RetrainingOutcome(RetrainingResult Result, ModelVersion? Champion, ModelVersion? Challenger, GateReport? Report)
{
    /// <summary>What a console program ends with: 0 promoted, the report's code when the champion was kept (10 failed, 12 inconclusive), 14 another process is at it.</summary>
    public int ExitCode => Result switch
    {
        RetrainingResult.Promoted => Lifecycle.ExitCode.Done,
        RetrainingResult.Busy => Lifecycle.ExitCode.LeaseHeld,
        _ => Report!.ExitCode == Lifecycle.ExitCode.Done ? Lifecycle.ExitCode.DecisionPending : Report.ExitCode,
    };
}
