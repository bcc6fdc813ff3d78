namespace Lifecycle.Validation;

/// <summary>What came out.</summary>
public enum Verdict
{
    /// <summary>The data show that the requirement holds.</summary>
    Pass,

    /// <summary>The data show that it does not hold, or it could not be computed.</summary>
    Fail,

    /// <summary>The data cannot tell.</summary>
    Inconclusive,

    /// <summary>Not asked, because there is no model to compare with and the gate allows that.</summary>
    Skipped,
}

/// <summary>What an inconclusive gate means for whoever waits for it.</summary>
public enum WhenInconclusive
{
    /// <summary>Somebody must decide (exit code 12).</summary>
    Hold,

    /// <summary>As if it had failed (exit code 10).</summary>
    Fail,

    /// <summary>Go on (exit code 0); the report still says inconclusive and is no evidence for a promotion.</summary>
    Pass,
}

/// <summary>What a comparison with a model means when there is none yet.</summary>
public enum FirstRun
{
    /// <summary>It fails.</summary>
    Fail,

    /// <summary>Comparisons are skipped, all other requirements hold, and the report says that this was a first run.</summary>
    ValueLimitsOnly,
}
