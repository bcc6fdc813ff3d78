namespace Lifecycle.Tracking;

/// <summary>Why a run ended that nobody ended, as its tag <c>lifecycle.end_reason</c> says.</summary>
public static class RunEnd
{
    /// <summary>The process died without a word.</summary>
    public const string ProcessDied = "process-died";

    /// <summary>The machine of the process gave no sign of life for 120 seconds.</summary>
    public const string HostLost = "host-lost";

    /// <summary>The process went to its end with the run open.</summary>
    public const string ProcessExit = "process-exit";

    /// <summary>The catalog was closed with the run open.</summary>
    public const string Closed = "closed";

    /// <summary>A run without an owner got no request for <see cref="TrackingOptions.StaleRunAfter"/>.</summary>
    public const string Silent = "silent";

    /// <summary>The work of the run threw.</summary>
    public const string Exception = "exception";
}
