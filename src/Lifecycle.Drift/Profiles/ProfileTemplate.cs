namespace Lifecycle.Drift;

/// <summary>Builds profiles that have the columns and bins of an existing one.</summary>
public sealed class ProfileTemplate
{
    private readonly ReferenceProfile _first;

    internal ProfileTemplate(ReferenceProfile first)
    {
        ArgumentNullException.ThrowIfNull(first);
        _first = first;
    }

    /// <summary>Profiles a table with the bins of the first profile; columns that the first does not have are left out.</summary>
    /// <exception cref="UnknownColumnException">A column of the first profile is not in the table.</exception>
    public ReferenceProfile From(ColumnBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (ReferenceColumn column in _first.Columns)
        {
            _ = batch.Schema.PositionOf(column.Name);
        }

        return Build(new BatchRows(batch), name => batch.Schema[name].Classification != DataClassification.Sensitive, null);
    }

    /// <summary>Profiles records with the bins of the first profile, which was made from records of the same type.</summary>
    /// <exception cref="InvalidOperationException">The first profile does not know how to read a <typeparamref name="T"/>.</exception>
    public ReferenceProfile From<T>(IReadOnlyList<T> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        IReadOnlyList<RowGetter<T>> getters = _first.GettersOf<T>();
        return Build(new RecordRows<T>(rows, getters), name => getters.First(g => g.Layout.Name == name).Layout.KeepLabels, getters);
    }

    /// <summary>Profiles a table that comes in batches with the bins of the first profile: read once, in constant memory, with exact counts.</summary>
    /// <param name="batches">The rows.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="UnknownColumnException">A column of the first profile is not in the table.</exception>
    public async ValueTask<ReferenceProfile> FromAsync(IAsyncEnumerable<ColumnBatch> batches, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        StreamedColumns columns = StreamedColumns.Like(_first, c => Layout(c, c is CategoryColumn { Labels: [{ Text: not null }, ..] }));
        return await ProfileStream.CountAsync(columns, batches.Select(b => (RowSource)new BatchRows(b)), null, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Profiles records that come one by one with the bins of the first profile: read once, in constant memory, with exact counts.</summary>
    /// <param name="rows">Records of the type that the first profile was made from.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="InvalidOperationException">The first profile does not know how to read a <typeparamref name="T"/>.</exception>
    public async ValueTask<ReferenceProfile> FromAsync<T>(IAsyncEnumerable<T> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        IReadOnlyList<RowGetter<T>> getters = _first.GettersOf<T>();
        StreamedColumns columns = StreamedColumns.Like(_first, c => Layout(c, getters.First(g => g.Layout.Name == c.Name).Layout.KeepLabels));
        return await ProfileStream.CountAsync(columns, ReferenceProfile.InParts(rows, getters), null, getters, cancellationToken).ConfigureAwait(false);
    }

    private static ColumnLayout Layout(ReferenceColumn column, bool keepLabels) =>
        new(column.Name, column.Role, (column as NumericColumn)?.DeclaredMinimum, (column as NumericColumn)?.DeclaredMaximum, keepLabels)
        {
            Unit = (column as NumericColumn)?.Unit,
        };

    private ReferenceProfile Build(RowSource source, Func<string, bool> keepLabels, object? getters) => new(
        source.Rows,
        _first.Columns.Select(c => ReferenceProfile.Column(
            source, new ColumnLayout(c.Name, c.Role, KeepLabels: keepLabels(c.Name)), c.Kind == ColumnKind.Category, c)),
        getters);
}
