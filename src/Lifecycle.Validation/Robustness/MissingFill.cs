namespace Lifecycle.Validation;

/// <summary>What stands in the place of a cell that was taken away.</summary>
public enum MissingFill
{
    /// <summary>Nothing: NaN in floating columns without a mask, null elsewhere.</summary>
    Empty,

    /// <summary>The mean of a number, the most frequent text or flag.</summary>
    Mean,

    /// <summary>A number of your own, in columns of numbers; texts, flags and dates become null.</summary>
    Sentinel,
}

/// <summary>Forms a number can be passed through.</summary>
public enum NumberForm
{
    /// <summary>32-bit floating point.</summary>
    Single = 1,

    /// <summary>16-bit floating point; numbers beyond ±65,504 end there.</summary>
    Half = 2,

    /// <summary>The upper 16 bits of 32-bit floating point.</summary>
    BFloat16 = 3,

    /// <summary>65,535 equal steps of the range of the column, as models with 16-bit inputs do.</summary>
    Int16 = 4,

    /// <summary>255 equal steps of the range of the column.</summary>
    Int8 = 5,
}
