namespace Lifecycle.Data;

/// <summary>What the values of a column are. Every value belongs to exactly one class; a column with values of two is text.</summary>
internal enum CellClass
{
    /// <summary>There was no value yet.</summary>
    None,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>Int64 or Double.</summary>
    Number,

    /// <summary>Date or DateTime.</summary>
    Time,

    /// <summary>Anything.</summary>
    Text,
}
