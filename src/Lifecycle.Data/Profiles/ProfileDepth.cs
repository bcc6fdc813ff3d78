namespace Lifecycle.Data;

/// <summary>How much of a table is looked at when it is committed.</summary>
public enum ProfileDepth
{
    /// <summary>Columns, rows and problems only; <see cref="DatasetVersion.ProfileAsync"/> makes the profile when it is asked for.</summary>
    None,

    /// <summary>What the pass over the bytes gives: all of a CSV, the footer of a Parquet file.</summary>
    Passing,

    /// <summary>Everything: a Parquet file is decoded too, which reads it a second time.</summary>
    Full,
}
