namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    /// <summary>What differs between the rows of a table in two versions.</summary>
    /// <param name="old">The older version.</param>
    /// <param name="new">The younger version; it may be of another dataset.</param>
    /// <param name="file">The table, at the same path in both; null when the older one has only one.</param>
    /// <param name="key">The columns by which rows are matched; null or empty: whole rows as a multiset.</param>
    /// <param name="options">Null compares by type within 256 MiB.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <returns>
    /// Added and changed rows in the order of the younger version, then the removed ones in that of the older. Only columns of both are compared;
    /// <see cref="DatasetVersion.DiffSchema"/> tells of the others.
    /// </returns>
    /// <exception cref="DatasetException">There is no such table, or the two have no column in common.</exception>
    /// <exception cref="UnknownColumnException">A column of the key is not in both.</exception>
    /// <exception cref="DuplicateKeyException">A key stands in more than one row of a version; of the younger one after the changes of earlier batches were told.</exception>
    /// <exception cref="TableFormatException">A row cannot be read.</exception>
    public IAsyncEnumerable<RowChange> DiffRowsAsync(
        DatasetVersion old,
        DatasetVersion @new,
        string? file = null,
        IReadOnlyList<string>? key = null,
        RowDiffOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(@new);
        return new RowDiff(old, @new, file, key ?? [], options ?? new RowDiffOptions()).CompareAsync(cancellationToken);
    }
}
