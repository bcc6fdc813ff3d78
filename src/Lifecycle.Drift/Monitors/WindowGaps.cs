namespace Lifecycle.Drift;

/// <summary>Why a window may miss values, or why its times may not be true.</summary>
[Flags]
public enum WindowGaps
{
    /// <summary>Nothing of that kind is known.</summary>
    None = 0,

    /// <summary>A process ended without a word; what it counted after its last save, at most a minute of values, is missing.</summary>
    Killed = 1,

    /// <summary>The clock on the wall was set, or the machine slept: the window's length by the wall is not the time that went by.</summary>
    ClockJumped = 2,

    /// <summary>What an earlier process had counted was dropped: it was counted against another reference, or its bytes are damaged.</summary>
    Dropped = 4,
}
