namespace Lifecycle.Validation;

/// <summary>How HopSkipJump measures a change, in standard deviations of the features.</summary>
public enum AttackNorm
{
    /// <summary>√(Σ(Δ/standard deviation)²).</summary>
    Euclidean,

    /// <summary>max abs(Δ/standard deviation).</summary>
    Largest,
}
