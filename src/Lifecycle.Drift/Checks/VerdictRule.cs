namespace Lifecycle.Drift;

/// <summary>How findings become verdicts. A policy has one; all else of a check is the same for all.</summary>
internal abstract record VerdictRule
{
    /// <summary>Corrected p-value and effect.</summary>
    public static VerdictRule Calibrated { get; } = new CalibratedRule();

    /// <summary>Whether the rule looks at values and not only at counts.</summary>
    public virtual bool NeedsValues => false;

    /// <summary>Share of tested columns that must drift before the report has drift; null when one column is enough.</summary>
    public virtual double? LeastDriftedShare => null;

    /// <summary>Columns that the rule has settings of their own for.</summary>
    public virtual IEnumerable<string> NamedColumns => [];

    /// <summary>Looks at a column while its values are at hand.</summary>
    public virtual ColumnFinding Look(ColumnFinding finding, Func<ColumnValues> values) => finding;

    /// <summary>Gives all columns of a report their verdicts.</summary>
    public virtual ColumnFinding[] Judge(IReadOnlyList<ColumnFinding> findings, DriftPolicy policy) => Judgement.Of(findings, policy);

    private sealed record CalibratedRule : VerdictRule;
}
