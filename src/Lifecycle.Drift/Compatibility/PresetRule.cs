namespace Lifecycle.Drift;

/// <summary>Verdicts by another tool's score; the p-value and the effects of this package stay in the finding for comparison.</summary>
internal abstract record PresetRule : VerdictRule
{
    public override bool NeedsValues => true;

    public override ColumnFinding Look(ColumnFinding finding, Func<ColumnValues> values)
    {
        if (finding.Verdict == DriftVerdict.NotTested)
        {
            return finding;
        }

        PresetOutcome outcome = Score(finding.Column, values());
        return outcome.Score is not { } score ? finding with { Verdict = DriftVerdict.NotTested, Reason = outcome.Reason }
            : double.IsFinite(score.Score) && double.IsFinite(score.Threshold ?? 0) ? finding with { Preset = score }
            : finding with { Verdict = DriftVerdict.NotTested, Reason = $"{score.Tool}'s {score.Test} is not a finite number for these values" };
    }

    public override ColumnFinding[] Judge(IReadOnlyList<ColumnFinding> findings, DriftPolicy policy) =>
    [
        .. base.Judge(findings, policy).Select(f => f.Preset is { } score
            ? f with { Verdict = score.IsDrift ? DriftVerdict.Drift : DriftVerdict.Stable, Reason = null }
            : f),
    ];

    protected abstract PresetOutcome Score(string column, ColumnValues values);
}

/// <summary>A score, or why there is none.</summary>
internal readonly record struct PresetOutcome(PresetScore? Score, string? Reason)
{
    public static PresetOutcome Not(string reason) => new(null, reason);
}

/// <summary>A number, or why there is none.</summary>
internal readonly record struct Scored(double Value, string? Reason = null)
{
    public static Scored Not(string reason) => new(double.NaN, reason);
}
