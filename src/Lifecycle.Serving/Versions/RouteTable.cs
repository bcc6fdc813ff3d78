namespace Lifecycle.Serving;

/// <summary>Which version answers. Immutable; published by one volatile write.</summary>
internal sealed class RouteTable(ServedVersion? primary, bool stopped)
{
    public static RouteTable NotReady { get; } = new(null, stopped: false);

    public static RouteTable Stopped { get; } = new(null, stopped: true);

    /// <summary>The version that answers; null when none does.</summary>
    public readonly ServedVersion? Primary = primary;

    /// <summary>Whether the host was disposed.</summary>
    public readonly bool IsStopped = stopped;
}
