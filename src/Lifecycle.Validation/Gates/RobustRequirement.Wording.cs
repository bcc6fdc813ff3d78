namespace Lifecycle.Validation;

internal sealed partial class RobustRequirement
{
    private string Message(GateRun run, RobustnessReport report, RobustnessLevel worst, Verdict verdict, long? needed)
    {
        string end = verdict switch
        {
            Verdict.Pass => "",
            Verdict.Fail => " That is too much.",
            _ => $" The data cannot tell.{Wording.Rows(needed)}",
        };
        string left = report.LeftOut > 0
            ? FormattableString.Invariant($" {report.LeftOut:N0} rows that break a rule as they are were left out.") : "";
        if (!_isSuite)
        {
            return $"{Of(run, report, First, worst)}{end}{left}";
        }

        Perturbation perturbation = _suite.Perturbations.First(p => p.ToString() == worst.Perturbation && p.Severity == worst.Severity);
        string[] broken = [.. report.Levels.Where(l => Judge(l) == Verdict.Fail).Select(l => l.Perturbation)];
        string open = FormattableString.Invariant($"{report.Levels.Count:N0} perturbations tried, {broken.Length:N0} break the limit");
        string list = broken.Length == 0
            ? "" : $" ({string.Join(", ", broken.Take(5))}{(broken.Length > 5 ? $" and {broken.Length - 5} more" : "")})";
        return $"{open}{list}. {(verdict == Verdict.Pass ? "The nearest to it" : "The worst")}: {Of(run, report, perturbation, worst)}{end}{left}";
    }

    private string Of(GateRun run, RobustnessReport report, Perturbation perturbation, RobustnessLevel level)
    {
        string confidence = Confidence == Validation.Confidence.None ? "" : $"With {Wording.Percent(Confidence)} confidence";
        switch (perturbation)
        {
            case BatchInvarianceCheck:
                return $"{perturbation.Words} gives {(level.Note is { } difference ? $"other answers. {difference}" : "the same answers.")}";
            case WorstShareCheck:
                string most = confidence.Length == 0 ? "" : $" {confidence} at most {Number(level.Upper!.Value)} more.";
                return $"{perturbation.Words} lose {Number(level.Value.Value)} on average, {Number(level.Drop.Value)} more than all rows.{most} Allowed: {Number(_maxDrop)} more.";
            case ProtectedFlipCheck:
                string rate = confidence.Length == 0 ? "" : $" {confidence} at most {Wording.Share(level.Upper!.Value)}.";
                return $"{perturbation.Words} turns {Wording.Share(level.Drop.Value)} of the decisions.{rate} Allowed: {Wording.Share(_maxDrop)}.";
            default:
                string Figure(double value) => _metric.IsProportion ? Wording.Points(value) : Number(value);
                string bound = confidence.Length == 0 ? "" : $" {confidence} the drop is at most {Figure(level.Upper!.Value)}.";
                string before = report.Unchanged.IsDefined ? Wording.Figure(_metric, report.Unchanged.Value) : "undefined";
                string after = level.Value.IsDefined ? Wording.Figure(_metric, level.Value.Value) : "undefined";
                return $"{perturbation.Words} moves the {Wording.Of(_metric, run.Set)} from {before} to {after}, a drop of {Figure(level.Drop.Value)}.{bound} Allowed: {Figure(_maxDrop)}.";
        }
    }

    private static string Number(double value) => Wording.Number(Math.Round(value, 4));
}
