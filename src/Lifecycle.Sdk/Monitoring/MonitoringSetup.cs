using Lifecycle.Drift;

namespace Lifecycle;

/// <summary>How the predictions of one served model are watched.</summary>
public sealed class MonitoringSetup<TIn>
{
    internal Action<ProfileBuilder<TIn>>? Getters { get; private set; }

    internal Action<MonitorOptions>? Windows { get; private set; }

    /// <summary>Names the columns of the reference and how each is read. Without it, properties belong to the columns of their name.</summary>
    public MonitoringSetup<TIn> Columns(Action<ProfileBuilder<TIn>> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Getters = columns;
        return this;
    }

    /// <summary>Windows, least rows, alerts.</summary>
    public MonitoringSetup<TIn> Window(Action<MonitorOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Windows = options;
        return this;
    }
}
