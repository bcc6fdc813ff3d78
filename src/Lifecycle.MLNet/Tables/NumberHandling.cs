namespace Lifecycle.MLNet;

/// <summary>How the numbers of a <see cref="ColumnBatch"/> appear in an <c>IDataView</c>.</summary>
public enum NumberHandling
{
    /// <summary>Every number is a <see cref="float"/>, which is what ML.NET's trainers take; a missing one is NaN.</summary>
    Single,

    /// <summary>Every number keeps its type; a column of integers with missing cells becomes <see cref="double"/>, missing is NaN.</summary>
    Exact,
}
