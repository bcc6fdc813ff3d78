namespace Lifecycle.Serving;

/// <summary>How a model host starts, swaps and stops.</summary>
public sealed class ServingOptions
{
    /// <summary>How long the start waits for the first load of each model. 60 s by default.</summary>
    public TimeSpan StartupTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether the start throws when a model that is not optional is not ready in time. False by default: the host starts and tries on.</summary>
    public bool FailStartup { get; set; }

    /// <summary>After how long a replaced version that is still leased is warned about. It lives as long as the lease does. 30 s by default.</summary>
    public TimeSpan RetireTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the stop of the host waits for calls, leases and loads, all together. 25 s by default.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>First wait before a failed load is tried again; it doubles up to <see cref="RetryLongest"/>. 1 s by default.</summary>
    public TimeSpan RetryFirst { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between two tries. 60 s by default.</summary>
    public TimeSpan RetryLongest { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Largest model in bytes, all files together. 2 GiB - 1 by default.</summary>
    public long MaximumModelBytes { get; set; } = int.MaxValue;

    /// <summary>Most versions of one model that are loaded at the same time. 8 by default.</summary>
    public int MaximumVersions { get; set; } = 8;

    /// <summary>How long calls are still taken after the stop of the application was asked for, while readiness says no. Zero by default; 5 s behind a Kubernetes service.</summary>
    public TimeSpan ReadinessGrace { get; set; }

    /// <summary>Time between two looks for deployments that another process changed. 1 s by default.</summary>
    public TimeSpan DeploymentInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The wait before the next try: doubling from the first to the longest, +-20 %, so that many hosts do not come at once.</summary>
    internal TimeSpan Backoff(int failures, object who)
    {
        double seconds = Math.Min(RetryFirst.TotalSeconds * Math.Pow(2, Math.Min(failures, 20)), RetryLongest.TotalSeconds);
        uint spread = (uint)HashCode.Combine(Environment.ProcessId, who, failures) % 401;
        return TimeSpan.FromSeconds(seconds * (0.8 + (spread / 1000.0)));
    }

    internal void Validate()
    {
        Positive(StartupTimeout, nameof(StartupTimeout));
        Positive(RetireTimeout, nameof(RetireTimeout));
        Positive(DrainTimeout, nameof(DrainTimeout));
        Positive(RetryFirst, nameof(RetryFirst));
        Positive(DeploymentInterval, nameof(DeploymentInterval));
        if (ReadinessGrace < TimeSpan.Zero || ReadinessGrace >= DrainTimeout)
        {
            throw new LifecycleException($"ServingOptions.ReadinessGrace is {ReadinessGrace}; use zero or more, below DrainTimeout, {DrainTimeout}.");
        }

        if (MaximumVersions < 1)
        {
            throw new LifecycleException($"ServingOptions.MaximumVersions is {MaximumVersions}; it must be at least 1.");
        }

        if (RetryLongest < RetryFirst)
        {
            throw new LifecycleException($"ServingOptions.RetryLongest is {RetryLongest}; it must be at least RetryFirst, {RetryFirst}.");
        }

        if (MaximumModelBytes is < 1 or > int.MaxValue)
        {
            throw new LifecycleException($"ServingOptions.MaximumModelBytes is {MaximumModelBytes}; use 1 to {int.MaxValue}.");
        }
    }

    private static void Positive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero)
        {
            throw new LifecycleException($"ServingOptions.{name} is {value}; it must be more than zero.");
        }
    }
}
