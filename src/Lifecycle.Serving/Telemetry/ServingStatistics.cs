namespace Lifecycle.Serving;

/// <summary>What one version of a model did since it was loaded; the counts are exact. Warm-up, golden, shadow and replay runs are not in it.</summary>
public sealed record ServingStatistics
{
    /// <summary>Requests that were answered.</summary>
    public long Successes { get; init; }

    /// <summary>Time of these requests, from call to answer.</summary>
    public TimeSpan SuccessTime { get; init; }

    /// <summary>Requests in which the model threw, or that were given up after their work had begun.</summary>
    public long Failures { get; init; }

    /// <summary>Time of these requests.</summary>
    public TimeSpan FailureTime { get; init; }

    /// <summary>Time that answered requests waited.</summary>
    public TimeSpan QueueTime { get; init; }

    /// <summary>Time in which inputs were put together, once for each request of a batch.</summary>
    public TimeSpan InputTime { get; init; }

    /// <summary>Time in which the model ran, once for each request of a batch.</summary>
    public TimeSpan InferTime { get; init; }

    /// <summary>Time in which outputs were taken apart, once for each request of a batch.</summary>
    public TimeSpan OutputTime { get; init; }

    /// <summary>Rows of the answered requests.</summary>
    public long Rows { get; init; }

    /// <summary>Runs of the model; a batch is one.</summary>
    public long Executions { get; init; }

    /// <summary>When the last request was answered; null when none was.</summary>
    public DateTimeOffset? LastInference { get; init; }

    /// <summary>Runs by their number of rows, ascending.</summary>
    public IReadOnlyList<BatchStatistics> Batches { get; init; } = [];
}

/// <summary>The runs of one number of rows.</summary>
/// <param name="Rows">Rows of a run.</param>
/// <param name="Executions">How many runs.</param>
/// <param name="Input">Time in which inputs were put together.</param>
/// <param name="Infer">Time in which the model ran.</param>
/// <param name="Output">Time in which outputs were taken apart.</param>
public sealed record BatchStatistics(int Rows, long Executions, TimeSpan Input, TimeSpan Infer, TimeSpan Output);
