namespace Lifecycle.Serving;

/// <summary>What one call asks of its run.</summary>
/// <param name="Priority">1 is the highest; 0 and what is above the number of levels are the lowest.</param>
/// <param name="Timeout">Most time from <paramref name="Started"/> to the answer; zero or less means that of the model.</param>
/// <param name="Started">Timestamp of the call; 0 means now.</param>
/// <param name="Now">The present timestamp, from a caller who has just read the clock; 0 reads it.</param>
internal readonly record struct RunRequest(int Priority = 0, TimeSpan Timeout = default, long Started = 0, long Now = 0);

/// <summary>The right to run a model on one's own thread. Give it back exactly once, by <see cref="VersionRunner.Exit"/>.</summary>
/// <param name="Granted">Timestamp.</param>
/// <param name="Queue">Ticks of the clock that the call waited.</param>
/// <param name="Times">When the call began and when its caller gives up.</param>
internal readonly record struct AdmissionTicket(long Granted, long Queue, CallTimes Times);
