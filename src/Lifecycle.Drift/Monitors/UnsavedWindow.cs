namespace Lifecycle.Drift;

/// <summary>A closed window on its way into the history.</summary>
/// <param name="id">Its id there, so that it is not stored twice.</param>
/// <param name="report">What was found.</param>
/// <param name="from">The reading that began it.</param>
/// <param name="to">The reading that ended it.</param>
internal sealed class UnsavedWindow(Guid id, DriftReport report, uint[] from, uint[] to)
{
    public Guid Id => id;

    public DriftReport Report { get; set; } = report;

    public uint[] From { get; set; } = from;

    public uint[] To => to;

    /// <summary>Whether handlers know of it and of the alerts it changed.</summary>
    public bool IsTold { get; set; }
}
