namespace Lifecycle.Data;

/// <summary>A key stands in more than one row of a version, so rows cannot be matched by it.</summary>
public sealed class DuplicateKeyException : DatasetException
{
    /// <summary>Makes the error.</summary>
    /// <param name="version">The version.</param>
    /// <param name="columns">The columns of the key.</param>
    /// <param name="examples">Keys with two of their rows, counted from 0 without the header.</param>
    public DuplicateKeyException(string version, IReadOnlyList<string> columns, IReadOnlyList<(string Key, long First, long Second)> examples)
        : base(Tell(version, columns, examples)) => Examples = examples;

    /// <summary>At most five keys with two of their rows, counted from 0 without the header.</summary>
    public IReadOnlyList<(string Key, long First, long Second)> Examples { get; }

    private static string Tell(string version, IReadOnlyList<string> columns, IReadOnlyList<(string Key, long First, long Second)> examples)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(examples);
        return $"The key ({string.Join(", ", columns)}) stands in more than one row of {version}, for example "
            + string.Join("; ", examples.Select(e => $"{e.Key} in the rows {e.First} and {e.Second}"))
            + ". Add columns to the key, or compare whole rows with RowDiffOptions.AsMultiset.";
    }
}
