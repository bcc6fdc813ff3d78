namespace Lifecycle.Drift;

public static partial class DriftCheck
{
    /// <summary>Compares two tables, values against values: as a check against a profile, with numbers compared raw and not on a grid.</summary>
    /// <param name="reference">The older rows.</param>
    /// <param name="current">The newer rows. Columns that are missing, added or of another type are findings, not errors.</param>
    /// <param name="policy">Alpha, correction and least effect, or a preset; null means <see cref="DriftPolicy.Default"/>.</param>
    /// <param name="columns">Leaves columns out, gives roles and ranges, takes numbers as labels; null compares all columns. Dates are never compared.</param>
    /// <param name="cancellationToken">Ends the work within milliseconds, also inside one large column.</param>
    /// <exception cref="UnknownColumnException">A named column is not in the reference.</exception>
    /// <remarks>O((n + m) log n) a column; neither table is changed. Both are in memory: of a stored profile use its own <c>Check</c>.</remarks>
    public static DriftReport Compare(
        ColumnBatch reference, ColumnBatch current, DriftPolicy? policy = null, Action<ColumnSelection>? columns = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        return ReferenceProfile.From(reference, Keeping(columns), cancellationToken).Check(current, policy, cancellationToken);
    }

    /// <summary>Compares two lists of records, values against values.</summary>
    /// <param name="reference">The older records.</param>
    /// <param name="current">The newer records.</param>
    /// <param name="columns">Names the columns and how each is read.</param>
    /// <param name="policy">Alpha, correction and least effect, or a preset; null means <see cref="DriftPolicy.Default"/>.</param>
    /// <param name="cancellationToken">Ends the work within milliseconds, also inside one large column.</param>
    public static DriftReport Compare<T>(
        IReadOnlyList<T> reference, IReadOnlyList<T> current, Action<ProfileBuilder<T>> columns, DriftPolicy? policy = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return ReferenceProfile.From(reference, (ProfileBuilder<T> p) =>
        {
            columns(p);
            p.KeepValues();
        }, cancellationToken).Check(current, policy, cancellationToken);
    }

    private static Action<ColumnSelection> Keeping(Action<ColumnSelection>? columns) => selection =>
    {
        columns?.Invoke(selection);
        selection.KeepValues();
    };
}
