namespace Lifecycle.Drift;

/// <summary>What a column is to the model.</summary>
public enum ColumnRole
{
    /// <summary>An input of the model.</summary>
    Feature,

    /// <summary>What the model decided, for example a class.</summary>
    Prediction,

    /// <summary>A number behind the decision, for example a probability.</summary>
    Score,

    /// <summary>The truth, known later.</summary>
    Target,
}

/// <summary>How a column is compared.</summary>
public enum ColumnKind
{
    /// <summary>Numbers on a continuous scale: Anderson-Darling and the 10 coarse bins.</summary>
    Continuous,

    /// <summary>Numbers with at most 64 distinct values, or with one value that holds more than 5 %: Mann-Whitney with tie correction and chi-square.</summary>
    Discrete,

    /// <summary>Labels: chi-square, or Fisher's exact test on small 2 x 2 tables.</summary>
    Category,
}
