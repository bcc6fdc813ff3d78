namespace Lifecycle.Drift;

/// <summary>What is checked of the data besides its distribution.</summary>
public enum QualityRule
{
    /// <summary>More values are missing: significant and at least .01 more of the rows.</summary>
    Missing,

    /// <summary>More values are infinite: significant and at least .01 more of the rows.</summary>
    Infinite,

    /// <summary>Labels that the reference does not have: more than chance brings, and at least .005 of the values.</summary>
    UnseenLabel,

    /// <summary>Values outside the reference's least and greatest: more than chance brings, and at least .001 of the values.</summary>
    OutOfRange,

    /// <summary>Values outside the range that was declared: the first one counts.</summary>
    OutOfDeclaredRange,

    /// <summary>A column that varied has one single value.</summary>
    Constant,

    /// <summary>Values that could not be read as what the column is.</summary>
    Unreadable,

    /// <summary>A column of the reference is not there.</summary>
    ColumnMissing,

    /// <summary>A column is there that the reference does not have.</summary>
    ColumnAdded,

    /// <summary>A column holds another type than in the reference: text where numbers were, or fractions where whole numbers were.</summary>
    TypeChanged,

    /// <summary>The number of distinct values is less than half or more than twice the reference's, beyond the error of counting.</summary>
    Cardinality,

    /// <summary>A column of the reference is missing and a new one looks the same: a hint.</summary>
    ColumnRenamed,
}

/// <summary>Something wrong with the data of a column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Rule">What was checked.</param>
/// <param name="Count">How many values it concerns; 0 for schema findings.</param>
/// <param name="Share">Their share of the rows now, in [0, 1].</param>
/// <param name="ReferenceShare">Their share of the rows in the reference, in [0, 1].</param>
/// <param name="LogAdjustedPValue">Natural logarithm of the p-value, corrected over the columns; null for rules without chance.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record QualityFinding(
    string Column, QualityRule Rule, long Count, double Share, double ReferenceShare, double? LogAdjustedPValue, string Message);
