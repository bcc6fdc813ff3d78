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

    /// <summary>Most time from now to the answer. It can only shorten <see cref="AdmissionOptions.Timeout"/>; zero or less means none given.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>1 is the highest; 0 and what is above <see cref="AdmissionOptions.PriorityLevels"/> are the lowest.</summary>
    public int Priority { get; init; }

    /// <summary>The id of the request; empty lets the host take a new one.</summary>
    public Guid RequestId { get; init; }

    /// <summary>What the client calls the request, when that is no Guid; it is written to the inference log. At most 256 characters.</summary>
    public string? ClientId { get; init; }
}
