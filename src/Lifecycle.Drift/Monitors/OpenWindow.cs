namespace Lifecycle.Drift;

/// <summary>What a monitor holds of a window that is not closed, so that another process can go on with it.</summary>
/// <param name="Parts">Its sub-windows, oldest first; the last one is open.</param>
/// <param name="Periods">Periods it has waited for enough rows.</param>
/// <param name="Gap">What is known to miss.</param>
internal sealed record OpenWindow(IReadOnlyList<OpenWindowPart> Parts, int Periods, WindowGaps Gap)
{
    /// <summary>Whether nothing was counted.</summary>
    public bool IsEmpty => Parts.All(p => !p.Counts.AsSpan().ContainsAnyExcept(0u));
}

/// <summary>A sub-window.</summary>
/// <param name="Opened">When it began.</param>
/// <param name="Counts">What each counter rose by.</param>
/// <param name="Unseen">Labels that the reference does not have, by number of the column.</param>
internal sealed record OpenWindowPart(DateTimeOffset Opened, uint[] Counts, IReadOnlyList<(int Column, string Label, long Count)> Unseen);
