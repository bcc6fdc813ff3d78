namespace Lifecycle.Validation;

/// <summary>The features of a set as coded columns, with the rules of how they may change.</summary>
internal sealed class FeatureTable
{
    private readonly IReadOnlyList<FeatureColumn> _features;
    private readonly IReadOnlyList<FeatureConstraint> _relations;
    private RuleSet? _rules;

    public FeatureTable(IReadOnlyList<FeatureColumn> features, IReadOnlyList<FeatureConstraint> relations, int rows)
    {
        _features = features;
        _relations = relations;
        Columns = [.. features.Select(f => new CodedColumn(f))];
        RowCount = rows;
    }

    public CodedColumn[] Columns { get; }

    public int RowCount { get; }

    public RuleSet Rules => _rules ??= new RuleSet(this, _relations);

    public bool IsOf(IReadOnlyList<FeatureColumn> features, IReadOnlyList<FeatureConstraint> relations) =>
        ReferenceEquals(features, _features) && ReferenceEquals(relations, _relations);

    public int PositionOf(string feature) => Array.FindIndex(Columns, c => c.Feature.Name == feature);

    public void CopyRow(int row, Span<double> cells)
    {
        for (int c = 0; c < Columns.Length; c++)
        {
            cells[c] = Columns[c].Values[row];
        }
    }
}
