namespace Lifecycle.Drift;

/// <summary>Which values a stream detector takes; others are ignored and counted.</summary>
internal enum ValueDomain
{
    /// <summary>Any finite number.</summary>
    Finite,

    /// <summary>Numbers from 0 to 1.</summary>
    UnitInterval,

    /// <summary>0 or 1.</summary>
    Binary,
}
