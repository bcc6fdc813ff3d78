namespace Lifecycle.Drift;

/// <summary>Verdicts as shape, word and class of the style sheet; the colour is never alone.</summary>
internal static class VerdictMark
{
    /// <summary>All verdicts, worst first.</summary>
    public static readonly DriftVerdict[] WorstFirst =
        [DriftVerdict.Drift, DriftVerdict.Slight, DriftVerdict.TooCoarse, DriftVerdict.Stable, DriftVerdict.NotTested];

    public static string Class(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drift => "d",
        DriftVerdict.Slight => "w",
        DriftVerdict.Stable => "o",
        _ => "x",
    };

    public static string Shape(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drift => "▲",
        DriftVerdict.Slight => "◆",
        DriftVerdict.Stable => "●",
        DriftVerdict.TooCoarse => "◌",
        _ => "○",
    };

    public static string Word(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drift => "Drift",
        DriftVerdict.Slight => "Slight",
        DriftVerdict.Stable => "Stable",
        DriftVerdict.TooCoarse => "Too coarse",
        _ => "Not tested",
    };

    /// <summary>For example <c>▲ Drift, major</c>.</summary>
    public static string Of(ColumnFinding finding) => $"{Shape(finding.Verdict)} {Word(finding.Verdict)}" + finding.Severity switch
    {
        DriftSeverity.Major => ", major",
        DriftSeverity.Moderate => ", moderate",
        _ => "",
    };
}
