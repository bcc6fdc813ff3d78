namespace Lifecycle.Validation;

/// <summary>Why a figure has no value.</summary>
public enum UndefinedReason
{
    /// <summary>There is no row.</summary>
    NoRows,

    /// <summary>No row is truly positive.</summary>
    NoPositives,

    /// <summary>No row is truly negative.</summary>
    NoNegatives,

    /// <summary>No row was decided positive.</summary>
    NoPredictedPositives,

    /// <summary>No row was decided negative.</summary>
    NoPredictedNegatives,

    /// <summary>All rows have the same label.</summary>
    OneClass,

    /// <summary>Nothing varies, so there is nothing to compare with.</summary>
    ZeroVariance,

    /// <summary>The figure to divide by is 0.</summary>
    ZeroBaseline,

    /// <summary>The computation gave NaN or infinity.</summary>
    NonFinite,

    /// <summary>Too few rows to say anything.</summary>
    TooFewRows,

    /// <summary>Fewer than two groups can be judged.</summary>
    TooFewGroups,

    /// <summary>The set lacks what the metric needs, for example scores.</summary>
    MissingMetric,

    /// <summary>The slice has no row.</summary>
    MissingSlice,

    /// <summary>There is no model to compare with.</summary>
    MissingBaseline,

    /// <summary>A limit of memory or time was reached.</summary>
    LimitExceeded,

    /// <summary>Code that was called failed.</summary>
    Error,
}
