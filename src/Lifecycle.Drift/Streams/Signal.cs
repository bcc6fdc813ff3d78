namespace Lifecycle.Drift;

/// <summary>What a stream detector says about the value it was just given.</summary>
public enum Signal
{
    /// <summary>Nothing speaks for a change.</summary>
    None,

    /// <summary>The warning level is passed; only detectors that have one say this.</summary>
    Warning,

    /// <summary>A change was found; the detector starts anew with the next value.</summary>
    Drift,
}
