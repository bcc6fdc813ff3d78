namespace Lifecycle.Drift;

/// <summary>Which changes of a mean a detector looks for.</summary>
public enum ChangeDirection
{
    /// <summary>The mean grows: errors become more frequent.</summary>
    Up,

    /// <summary>The mean falls.</summary>
    Down,

    /// <summary>Either.</summary>
    Both,
}
