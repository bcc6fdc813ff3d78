using Microsoft.Extensions.Logging;

namespace Lifecycle.Drift;

public sealed partial class ReferenceProfile
{
    /// <summary>Opens a monitor of records that this profile knows how to read.</summary>
    /// <param name="options">Windows and alerts.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="logger">Where failures are written; null means nowhere.</param>
    /// <exception cref="InvalidOperationException">The profile does not know how to read a <typeparamref name="T"/>: see <see cref="ReadingWith"/>.</exception>
    public DriftMonitor<T> Monitor<T>(Action<MonitorOptions>? options = null, TimeProvider? time = null, ILogger? logger = null) =>
        new(this, Configured(options), time, logger);

    /// <summary>Opens a monitor of columns by name.</summary>
    /// <param name="options">Windows and alerts.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="logger">Where failures are written; null means nowhere.</param>
    public DriftMonitor Monitor(Action<MonitorOptions>? options = null, TimeProvider? time = null, ILogger? logger = null) =>
        new(this, Configured(options), time, logger);

    private static MonitorOptions Configured(Action<MonitorOptions>? options)
    {
        MonitorOptions configured = new();
        options?.Invoke(configured);
        return configured;
    }
}
