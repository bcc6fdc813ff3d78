using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>
/// A performance monitor is held by another one of the same model, version and name: labels are joined in one place. Thrown when it is opened, and by
/// a monitor that another process took over meanwhile.
/// </summary>
public sealed class MonitorHeldException : LifecycleException
{
    private MonitorHeldException(string message, string monitor, PerformanceHolder? holder)
        : base(message)
    {
        Monitor = monitor;
        if (holder is not null)
        {
            ((Machine, ProcessId), Since) = (ProcessMark.Read(holder.Owner), holder.Since);
        }
    }

    /// <summary>Name of the monitor.</summary>
    public string Monitor { get; }

    /// <summary>Whether another monitor of this process holds it: it was opened again here.</summary>
    public bool IsHere { get; private init; }

    /// <summary>The machine of the process that holds it; null when nobody does any more.</summary>
    public string? Machine { get; private init; }

    /// <summary>Number of the process that holds it; 0 when nobody does any more.</summary>
    public int ProcessId { get; private init; }

    /// <summary>Since when it is held.</summary>
    public DateTimeOffset? Since { get; }

    internal static MonitorHeldException Refused(PerformanceKey key, PerformanceHolder holder)
    {
        (string machine, int process) = ProcessMark.Read(holder.Owner);
        return new MonitorHeldException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The performance monitor '{key.Monitor}' of version '{key.Version}' of the model '{key.Model}' is held by process {process} on '{machine}' since {holder.Since:u}; it was heard of at {holder.Heard:u}. One process at a time joins the labels of a name: give this one a name of its own, for example Named(\"{key.Monitor}-2\"), or end the other one and open again. One that was killed is taken over at once, one of another machine or container after five minutes of silence."),
            key.Monitor, holder);
    }

    internal static MonitorHeldException Lost(PerformanceKey key, PerformanceHolder? holder)
    {
        string who = "nobody holds it now";
        if (holder is not null)
        {
            (string machine, int process) = ProcessMark.Read(holder.Owner);
            who = string.Create(CultureInfo.InvariantCulture, $"process {process} on '{machine}' holds it since {holder.Since:u}");
        }

        return new MonitorHeldException(
            $"The performance monitor '{key.Monitor}' of version '{key.Version}' of the model '{key.Model}' was taken over while nothing was heard of this one: {who}. This one writes and records no more; open it again once it is free, or under a name of its own.",
            key.Monitor, holder);
    }

    internal static MonitorHeldException HandedOver(string monitor) => new(
        $"The performance monitor '{monitor}' was opened again in this process: this one wrote what it had and records no more. Use the newer one.", monitor, null)
    {
        IsHere = true,
        Machine = Environment.MachineName,
        ProcessId = Environment.ProcessId,
    };
}
