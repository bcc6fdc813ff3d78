namespace Lifecycle.Drift;

/// <summary>A closed window on its way into the history.</summary>
/// <param name="Id">Its id there, so that it is not stored twice.</param>
/// <param name="Report">What was found.</param>
internal sealed record UnsavedWindow(Guid Id, DriftReport Report)
{
    /// <summary>Whether handlers know of it and of the alerts it changed.</summary>
    public bool IsTold { get; set; }
}
