namespace Lifecycle.Data;

/// <summary>The quasi-identifiers and the sensitive column as codes, as they are and as the plan shows them.</summary>
internal sealed class RiskColumns
{
    private readonly PrivacyRequirement _requirement;
    private readonly Dictionary<string, ShownColumn> _columns = new(StringComparer.Ordinal);

    public RiskColumns(ResolvedPlan plan, PrivacyRequirement requirement, DerivationSetting setting)
    {
        _requirement = requirement;
        foreach (string name in requirement.Sensitive is null ? requirement.QuasiIdentifiers : requirement.QuasiIdentifiers.Append(requirement.Sensitive))
        {
            _columns.Add(name, new ShownColumn(setting.Schema[name], plan[name], setting));
        }

        Left = [.. requirement.QuasiIdentifiers.Where(name => plan[name] is not DropOperator)];
    }

    /// <summary>Quasi-identifiers that the result has.</summary>
    public IReadOnlyList<string> Left { get; }

    /// <summary>Columns to read.</summary>
    public IEnumerable<string> Columns => _columns.SelectMany(c => c.Value.Subject is { } subject ? new[] { c.Key, subject } : [c.Key]).Distinct(StringComparer.Ordinal);

    public void Add(ColumnBatch batch)
    {
        foreach ((string name, ShownColumn column) in _columns)
        {
            column.Add(batch, batch[name]);
        }
    }

    /// <summary>The risk before, and the classes as the result would show them.</summary>
    public (DisclosureRisk Before, ClassTable After, int[] ClassOf, bool IsNumber) Measure()
    {
        ShownColumn? sensitive = _requirement.Sensitive is null ? null : _columns[_requirement.Sensitive];
        int rows = _columns.First().Value.Before.Count;
        int[]? order = sensitive?.Before.NumericOrder();
        (int[] classOf, int count) = EquivalenceClasses.Of(
            rows, [.. _requirement.QuasiIdentifiers.Select(name => (_columns[name].Before.Codes, _columns[name].Before.Cardinality))]);
        ClassTable table = new(classOf, count, sensitive is null ? [] : sensitive.Before.Codes.Span, sensitive?.Before.Cardinality ?? 0, order);
        DisclosureRisk before = DisclosureRisk.Of(table, [], _requirement.QuasiIdentifiers, _requirement.Sensitive, order is not null);

        // a sensitive column that is shown as it is keeps its order; another one holds labels
        bool isNumber = order is not null && sensitive!.IsIdentity;
        (ReadOnlyMemory<int> Codes, int Cardinality) shown = sensitive?.After() ?? (default, 0);
        (classOf, count) = EquivalenceClasses.Of(rows, [.. Left.Select(name => _columns[name].After())]);
        return (before, new ClassTable(classOf, count, shown.Codes.Span, shown.Cardinality, isNumber ? order : null), classOf, isNumber);
    }
}

/// <summary>A column as it is and as the plan shows it. A value is changed once, however many rows hold it, unless its change depends on
/// the row.</summary>
internal sealed class ShownColumn
{
    private readonly CellTransform _transform;
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private readonly List<int> _labelOf = [];
    private int _nullLabel = -1;
    private int _cardinality;

    public ShownColumn(TableColumn column, ColumnOperator action, DerivationSetting setting)
    {
        Before = CodedColumn.Of(column.Type);
        Subject = action.Subject;
        _transform = action.Compile(column, setting);
        if (!_transform.IsIdentity && !_transform.DependsOnRow)
        {
            Before.Added = (cells, row) => _labelOf.Add(LabelOf(cells, row));
        }
    }

    public CodedColumn Before { get; }

    public string? Subject { get; }

    public bool IsIdentity => _transform.IsIdentity;

    public void Add(ColumnBatch batch, BatchColumn column)
    {
        _transform.Begin(batch);
        Before.Add(column);
        for (int row = 0; _transform.DependsOnRow && row < column.Count; row++)
        {
            _labelOf.Add(LabelOf(column, row));
        }
    }

    public (ReadOnlyMemory<int> Codes, int Cardinality) After()
    {
        if (IsIdentity)
        {
            return (Before.Codes, Before.Cardinality);
        }

        int[] codes = new int[Before.Count];
        ReadOnlySpan<int> values = Before.Codes.Span;
        for (int row = 0; row < codes.Length; row++)
        {
            codes[row] = _labelOf[_transform.DependsOnRow ? row : values[row]];
        }

        return (codes, _cardinality);
    }

    private int LabelOf(BatchColumn column, int row)
    {
        string? label = column.IsNull(row) ? null : _transform.Label(column, row);
        if (label is null)
        {
            return _nullLabel < 0 ? _nullLabel = _cardinality++ : _nullLabel;
        }

        if (!_labels.TryGetValue(label, out int code))
        {
            code = _cardinality++;
            _labels.Add(label, code);
        }

        return code;
    }
}
