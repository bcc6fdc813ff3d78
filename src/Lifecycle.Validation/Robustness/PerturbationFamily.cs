namespace Lifecycle.Validation;

/// <summary>
/// Families of changes to inputs, and of checks that belong to robustness. The number opens the random streams of the family, so it never
/// changes.
/// </summary>
public enum PerturbationFamily
{
    /// <summary>Gaussian noise: .01 .02 .05 .10 .20 of the standard deviation.</summary>
    Noise = 1,

    /// <summary>Uniform noise: ± .01 .02 .05 .10 .20 of the distance between the 5 % and 95 % quantiles.</summary>
    Jitter = 2,

    /// <summary>Numbers rounded to 256, 64, 32, 16, 8 equal steps of their range.</summary>
    Rounding = 3,

    /// <summary>Mixed-up units in .1 .5 1 5 10 % of the rows: ×10, /10, ×100, /1000 in turn.</summary>
    ScaleError = 4,

    /// <summary>All numbers moved up by .05 .1 .2 .5 1 standard deviation.</summary>
    Offset = 5,

    /// <summary>1 2 5 10 20 % of the cells missing.</summary>
    Missing = 6,

    /// <summary>1 2 3 5 8 whole columns missing; five choices of columns.</summary>
    ColumnMissing = 7,

    /// <summary>5 10 20 50 100 % of the rows permuted within each column.</summary>
    Shuffle = 8,

    /// <summary>A text never seen in 1 2 5 10 20 % of the cells.</summary>
    UnseenCategory = 9,

    /// <summary>Another value from the column's own distribution in 1 2 5 10 20 % of the cells of texts and flags.</summary>
    CategorySwap = 10,

    /// <summary>Case, padding, typos, lost diacritics and full-width digits in 1 2 5 10 20 % of the texts.</summary>
    TextNoise = 11,

    /// <summary>.1 .5 1 2 5 % of the numbers at the mean ± 10 standard deviations.</summary>
    Outliers = 12,

    /// <summary>The range of each number widened on both sides by .05 .1 .2 .5 1 of its span, and the values with it.</summary>
    Extrapolation = 13,

    /// <summary>.1 .5 1 2 5 % of the numbers times -1.</summary>
    SignFlip = 14,

    /// <summary>Dates moved by 1 7 30 180 365 days, times also by ±1 or ±12 hours.</summary>
    DateShift = 15,

    /// <summary>Numbers through float, half, bfloat16, 16-bit and 8-bit steps.</summary>
    Precision = 16,

    /// <summary>The same rows in batches of 1, 2, 7, 64 and in two other orders must get the same answers.</summary>
    BatchInvariance = 17,

    /// <summary>Mean loss of the worst 50 20 10 5 2 % of the rows.</summary>
    WorstShare = 18,

    /// <summary>Decisions that change when one attribute takes each of its other values.</summary>
    ProtectedFlip = 19,
}
