namespace Lifecycle.Serving;

/// <summary>What one call says about itself. <c>default</c> says nothing.</summary>
public readonly record struct PredictionOptions
{
    /// <summary>Most characters of a <see cref="RoutingKey"/>.</summary>
    public const int MaximumRoutingKey = 256;

    /// <summary>Who or what the call is for: equal keys go to the same arm of a split. At most 256 characters; null or empty means that <c>StickyBy</c>, else the request id decides.</summary>
    public string? RoutingKey { get; init => field = string.IsNullOrEmpty(value) ? null : value; }

    /// <summary>The version or alias that must answer; null lets the deployment decide.</summary>
    public string? Version { get; init; }

    /// <summary>
    /// Most time from now to the answer, more than zero. It can only shorten <see cref="AdmissionOptions.Timeout"/>; null and
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> mean none given.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>1 is the highest; 0 and what is above <see cref="AdmissionOptions.PriorityLevels"/> are the lowest.</summary>
    public int Priority { get; init; }

    /// <summary>The id of the request; empty lets the host take a new one.</summary>
    public Guid RequestId { get; init; }

    /// <summary>What the client calls the request, when that is no Guid; it is written to the inference log. At most 256 characters.</summary>
    public string? ClientId { get; init; }

    /// <summary>The time that was given; zero when none was.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is zero or below.</exception>
    internal TimeSpan TimeGiven()
    {
        if (Timeout is not { } given || given == System.Threading.Timeout.InfiniteTimeSpan)
        {
            return TimeSpan.Zero;
        }

        return given > TimeSpan.Zero ? given : throw new ArgumentOutOfRangeException(
            nameof(Timeout), given, "PredictionOptions.Timeout is more than zero; leave it null, or say Timeout.InfiniteTimeSpan, for no limit but that of the model.");
    }
}
