using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>The columns of a profile while their rows come by.</summary>
internal sealed class StreamedColumns
{
    private readonly (ColumnLayout Layout, NumericStream? Numbers, LabelStream? Labels)[] _columns;

    private StreamedColumns(IEnumerable<(ColumnLayout Layout, NumericStream? Numbers, LabelStream? Labels)> columns) => _columns = [.. columns];

    /// <summary>Columns whose bins are not known.</summary>
    public static StreamedColumns Sketching(IEnumerable<(ColumnLayout Layout, bool IsCategory)> columns, int? size) => new(columns.Select(c => (
        c.Layout, c.IsCategory ? null : (NumericStream)new SketchStream(c.Layout, size), c.IsCategory ? new LabelStream(c.Layout, null) : null)));

    /// <summary>Columns with the bins of a profile.</summary>
    public static StreamedColumns Like(ReferenceProfile first, Func<ReferenceColumn, ColumnLayout> layout) => new(first.Columns.Select(c => (
        layout(c),
        c is NumericColumn n ? (NumericStream)new CountStream(layout(c), n.Grid, n.Kind, n.TopValues) : null,
        c is CategoryColumn l ? new LabelStream(layout(c), l.OtherCount > 0 ? l.Labels.Select(x => x.Hash) : null) : null)));

    /// <summary>The same columns for a second reading, on the bins that the first one found.</summary>
    public StreamedColumns Counting() => new(_columns.Select(c =>
    {
        if (c.Numbers is not SketchStream sketch)
        {
            return (c.Layout, null, new LabelStream(c.Layout, c.Labels!.ToBeNamed()));
        }

        (NumericGrid grid, ColumnKind kind, ValueCount[] top) = sketch.Bins();
        return (c.Layout, (NumericStream?)new CountStream(c.Layout, grid, kind, top), (LabelStream?)null);
    }));

    public void Add(RowSource part, CancellationToken cancellationToken)
    {
        using Interruption.Scope scope = Interruption.Within(cancellationToken);
        foreach ((ColumnLayout layout, NumericStream? numbers, LabelStream? labels) in _columns)
        {
            numbers?.Add(part.Numbers(layout.Name) ?? throw ReferenceProfile.WrongType(part, layout.Name, "numbers"));
            labels?.Add(part.Labels(layout.Name) ?? throw ReferenceProfile.WrongType(part, layout.Name, "labels"));
        }
    }

    public IEnumerable<ReferenceColumn> Build() => _columns.Select(c => (ReferenceColumn?)c.Numbers?.Build() ?? c.Labels!.Build());
}
