namespace Lifecycle.Drift;

/// <summary>Puts a report together from what was counted.</summary>
internal sealed class ReportAssembly(ReferenceProfile reference, DriftPolicy policy)
{
    private readonly List<ColumnFinding> _columns = [];
    private readonly List<(ReferenceColumn Column, object Tally)> _tallies = [];
    private readonly QualityCheck _quality = new(policy);

    public static DriftReport Of(ReferenceProfile reference, RowSource source, DriftPolicy policy, CancellationToken cancellationToken)
    {
        ReportAssembly report = new(reference, policy);
        foreach (ReferenceColumn column in reference.Columns)
        {
            cancellationToken.ThrowIfCancellationRequested();
            report.Read(column, source);
        }

        foreach (string name in source.Names.Where(n => !reference.TryGet(n, out _)))
        {
            report._quality.Schema(name, QualityRule.ColumnAdded, "The reference does not have this column; it was not checked.");
        }

        return report.Build(source.Rows);
    }

    public void Add(NumericColumn column, NumericTally tally)
    {
        _columns.Add(NumericCheck.Compare(column, tally));
        _tallies.Add((column, tally));
    }

    public void Add(CategoryColumn column, CategoryTally tally)
    {
        _columns.Add(CategoryCheck.Compare(column, tally));
        _tallies.Add((column, tally));
    }

    public DriftReport Build(long rows)
    {
        ColumnFinding[] judged = Judgement.Of(_columns, policy);
        foreach ((ReferenceColumn column, object tally) in _tallies)
        {
            ColumnFinding finding = judged.First(f => f.Column == column.Name);
            if (column is NumericColumn numeric)
            {
                _quality.Numeric(numeric, (NumericTally)tally, finding);
            }
            else
            {
                _quality.Category((CategoryColumn)column, (CategoryTally)tally, finding);
            }
        }

        return new DriftReport
        {
            Reference = reference.Digest,
            ReferenceRows = reference.Rows,
            Rows = rows,
            Alpha = policy.Alpha,
            Correction = policy.Correction,
            Columns =
            [
                .. judged.OrderBy(f => Rank(f.Verdict)).ThenByDescending(f => f.PopulationStabilityIndexCorrected)
                    .ThenBy(f => f.LogAdjustedPValue).ThenBy(f => f.Column, StringComparer.Ordinal),
            ],
            Quality = _quality.Findings(),
        };
    }

    private static int Rank(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drift => 0,
        DriftVerdict.Slight => 1,
        DriftVerdict.Stable => 2,
        _ => 3,
    };

    private void Read(ReferenceColumn column, RowSource source)
    {
        if (!source.Has(column.Name))
        {
            _quality.Schema(column.Name, QualityRule.ColumnMissing, "The column is not in the new data.");
            Skip(column, "the column is not in the new data");
        }
        else if (column is NumericColumn numeric && source.Numbers(column.Name) is { } numbers)
        {
            Add(numeric, NumericTally.Of(numeric, numbers));
        }
        else if (column is CategoryColumn category && source.Labels(column.Name) is { } labels)
        {
            Add(category, CategoryTally.Of(category, labels));
        }
        else
        {
            string types = $"the reference holds {(column is NumericColumn ? "numbers" : "labels")} and the new data {source.TypeOf(column.Name)}";
            _quality.Schema(column.Name, QualityRule.TypeChanged, $"Another type: {types}.");
            Skip(column, types);
        }
    }

    private void Skip(ReferenceColumn column, string reason) => _columns.Add(new ColumnFinding
    {
        Column = column.Name,
        Role = column.Role,
        Kind = column.Kind,
        Verdict = DriftVerdict.NotTested,
        Reason = reason,
        Reference = new ColumnSummary(column.Count, column.Missing, column.Infinite, null, null),
    });
}
