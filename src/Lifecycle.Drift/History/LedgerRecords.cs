namespace Lifecycle.Drift;

/// <summary>What a monitor finds when it begins.</summary>
/// <param name="Left">Open windows of processes that are no more.</param>
/// <param name="Gap">What is known to miss in them.</param>
/// <param name="Alerts">Where the alerts stand.</param>
internal sealed record LedgerClaim(IReadOnlyList<OpenWindow> Left, WindowGaps Gap, AlertMachineState Alerts);

/// <summary>What saving a window did.</summary>
/// <param name="Changes">Changes of alerts that it brought.</param>
/// <param name="Alerts">Where the alerts stand now.</param>
internal sealed record LedgerOutcome(IReadOnlyList<DriftAlert> Changes, AlertMachineState Alerts);
