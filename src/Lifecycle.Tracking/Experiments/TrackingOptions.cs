namespace Lifecycle.Tracking;

/// <summary>How tracking waits and writes.</summary>
public sealed class TrackingOptions
{
    /// <summary>How long the start of a run waits for the database before the run goes on in its journal alone. 2 s.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the end of a run waits for the database before it is left to the background. 5 s.</summary>
    public TimeSpan EndTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Runs that were started over REST have no process that could die: after so long without a request they end as Killed, reason <c>silent</c>. Null, as it
    /// is unless set, lets them run for ever.
    /// </summary>
    public TimeSpan? StaleRunAfter { get; set; }

    /// <summary>The journal.</summary>
    public JournalOptions Journal { get; } = new();

    /// <summary>What is written down about where a run comes from.</summary>
    public CaptureOptions Capture { get; } = new();

    internal string? Broken() =>
        StartTimeout <= TimeSpan.Zero || StartTimeout > TimeSpan.FromHours(1) ? $"StartTimeout is {StartTimeout}; set it to more than 0 and at most 1 hour."
        : EndTimeout <= TimeSpan.Zero || EndTimeout > TimeSpan.FromHours(1) ? $"EndTimeout is {EndTimeout}; set it to more than 0 and at most 1 hour."
        : StaleRunAfter <= TimeSpan.Zero ? $"StaleRunAfter is {StaleRunAfter}; set it to more than 0, for example 6 hours, or to null."
        : Journal.Broken() ?? Capture.Broken();
}
