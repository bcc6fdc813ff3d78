namespace Lifecycle.Serving;

/// <summary>How many rows are scored.</summary>
public sealed record ScoringOptions
{
    /// <summary>Chunks that are scored at the same time. The number of cores by default; a job takes at most half of <see cref="AdmissionOptions.MaxConcurrency"/>, so that callers are not starved.</summary>
    public int MaxDegree { get; init; } = Environment.ProcessorCount;

    /// <summary>What a row does that cannot be scored. <see cref="ScoringErrors.Throw"/> by default.</summary>
    public ScoringErrors OnError { get; init; } = ScoringErrors.Throw;

    /// <summary>The version or alias that scores; null lets the deployment decide, once for the whole job.</summary>
    public string? Version { get; init; }

    /// <summary>How many rows there are, for the progress; null when nobody knows.</summary>
    public long? Total { get; init; }

    /// <summary>Time between two words of progress. 1 s by default.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>What a row does that cannot be scored.</summary>
public enum ScoringErrors
{
    /// <summary>It ends the job with its exception.</summary>
    Throw,

    /// <summary>It is returned in its place with <see cref="Scored{T}.Error"/>.</summary>
    Collect,
}

/// <summary>One scored row.</summary>
/// <param name="Row">Its place in the input, counted from 0.</param>
/// <param name="Value">What the model said; the default when it threw.</param>
/// <param name="Error">What the model threw; null when it did not.</param>
public readonly record struct Scored<T>(long Row, T Value, Exception? Error);

/// <summary>How far a job is.</summary>
/// <param name="Rows">Rows returned so far.</param>
/// <param name="Failed">Those of them that failed.</param>
/// <param name="RowsPerSecond">Rows a second since the start.</param>
/// <param name="Elapsed">Time since the start.</param>
/// <param name="Total">All rows; null when nobody knows.</param>
public sealed record ScoringProgress(long Rows, long Failed, double RowsPerSecond, TimeSpan Elapsed, long? Total);
