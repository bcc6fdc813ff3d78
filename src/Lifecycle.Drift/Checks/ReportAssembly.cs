using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Puts a report together from what was counted.</summary>
internal sealed class ReportAssembly(ReferenceProfile reference, DriftPolicy policy)
{
    private readonly List<ColumnFinding> _columns = [];
    private readonly List<(ReferenceColumn Column, object Tally, int Finding)> _tallies = [];
    private readonly QualityCheck _quality = new(policy);

    public static DriftReport Of(ReferenceProfile reference, IColumnSource source, DriftPolicy policy, CancellationToken cancellationToken)
    {
        using Interruption.Scope scope = Interruption.Within(cancellationToken);
        ReportAssembly report = new(reference, policy);
        foreach (ReferenceColumn column in reference.Columns)
        {
            Interruption.Look();
            report.Read(column, source);
        }

        string[] added = [.. source.Names.Where(n => !reference.TryGet(n, out _))];
        foreach (string name in added)
        {
            report._quality.Schema(name, QualityRule.ColumnAdded, "The reference does not have this column; it was not checked.");
        }

        foreach (RenameHint hint in RenameHint.Find([.. reference.Columns.Where(c => !source.Has(c.Name))], added, source))
        {
            report._quality.Schema(hint.Before, QualityRule.ColumnRenamed, hint.Message);
        }

        return report.Build(source.Rows);
    }

    /// <summary>Adds a numeric column.</summary>
    /// <param name="column">The reference.</param>
    /// <param name="tally">The new values counted on its bins.</param>
    /// <param name="current">The new values themselves, where they are at hand.</param>
    public void Add(NumericColumn column, NumericTally tally, double[]? current = null)
    {
        _tallies.Add((column, tally, _columns.Count));
        TwoSampleComparison? samples = current is not null && column.KeptSorted is { Count: > 0 } kept && new SortedSample(current) is { Count: > 0 } sample
            ? TwoSample.Compare(kept, sample)
            : null;
        _columns.Add(policy.Rule.Look(NumericCheck.Compare(column, tally, samples), () => ColumnValues.Of(column, tally, current)));
    }

    /// <summary>Adds a column of labels.</summary>
    /// <param name="column">The reference.</param>
    /// <param name="tally">The new labels counted.</param>
    /// <param name="current">The new labels themselves, where they are at hand.</param>
    public void Add(CategoryColumn column, CategoryTally tally, string?[]? current = null)
    {
        _tallies.Add((column, tally, _columns.Count));
        _columns.Add(policy.Rule.Look(CategoryCheck.Compare(column, tally), () => ColumnValues.Of(column, tally, current)));
    }

    public DriftReport Build(long rows)
    {
        ColumnFinding[] judged = policy.Rule.Judge(_columns, policy);
        foreach ((ReferenceColumn column, object tally, int finding) in _tallies)
        {
            if (column is NumericColumn numeric)
            {
                Interruption.Look();
                _quality.Numeric(numeric, (NumericTally)tally, judged[finding]);
            }
            else
            {
                _quality.Category((CategoryColumn)column, (CategoryTally)tally, judged[finding]);
            }
        }

        return new DriftReport
        {
            Reference = reference.Digest,
            ReferenceRows = reference.Rows,
            Rows = rows,
            Alpha = policy.Alpha,
            Correction = policy.Correction,
            LeastDriftedShare = policy.Rule.LeastDriftedShare,
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
        DriftVerdict.TooCoarse => 2,
        DriftVerdict.Stable => 3,
        _ => 4,
    };

    private void Read(ReferenceColumn column, IColumnSource source)
    {
        if (!source.Has(column.Name))
        {
            _quality.Schema(column.Name, QualityRule.ColumnMissing, "The column is not in the new data.");
            Skip(column, "the column is not in the new data");
            return;
        }

        TallyResult counted = column is NumericColumn number
            ? source.Count(number, column.Name)
            : source.Count((CategoryColumn)column, column.Name);
        if (counted.OtherType is { } other)
        {
            _quality.Schema(column.Name, QualityRule.TypeChanged, $"Another type: {other}.");
        }

        switch (counted.Tally)
        {
            case NumericTally tally:
                NumericColumn numbers = (NumericColumn)column;
                Add(numbers, tally, policy.Rule.NeedsValues || numbers.Kept is not null ? source.Numbers(column.Name) : null);
                break;
            case CategoryTally tally:
                Add((CategoryColumn)column, tally, policy.Rule.NeedsValues ? source.Labels(column.Name) : null);
                break;
            default:
                Skip(column, counted.Reason ?? counted.OtherType ?? "");
                break;
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
