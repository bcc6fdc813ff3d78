namespace Lifecycle.Validation;

/// <summary>Which way is better.</summary>
public enum Direction
{
    /// <summary>Neither: the figure describes, it does not judge.</summary>
    Neither,

    /// <summary>More is better.</summary>
    HigherIsBetter,

    /// <summary>Less is better.</summary>
    LowerIsBetter,
}
