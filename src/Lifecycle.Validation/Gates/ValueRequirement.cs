using System.Text.Json;

namespace Lifecycle.Validation;

internal sealed class ValueRequirement(Metric metric, double? atLeast, double? atMost, double confidence) : Requirement(confidence)
{
    public const string KindName = "value";

    public override string Kind => KindName;

    public override string Text => $"{metric.Name} {Wording.Limit(atLeast, atMost, Wording.Number)}";

    internal override string? MetricName => metric.Name;

    internal override IReadOnlyList<string> Attributes => metric.Attributes;

    internal override IEnumerable<string> Problems()
    {
        if (metric.IsOfGroups)
        {
            yield return $"{metric.Name} holds a group against the rest, so it has no value over all rows; read it from GroupMetrics.Compute(set, by).";
        }

        if (atLeast is null && atMost is null)
        {
            yield return $"{metric.Name}: say atLeast:, atMost: or between:.";
        }

        foreach (double limit in new[] { atLeast, atMost }.OfType<double>())
        {
            if (!double.IsFinite(limit) || limit < metric.Minimum || limit > metric.Maximum)
            {
                yield return $"{metric.Name}: the limit {limit} must be a finite number between {metric.Minimum} and {metric.Maximum}.";
            }
        }

        if (atLeast > atMost)
        {
            yield return $"{metric.Name}: nothing lies between {atLeast} and {atMost}.";
        }

        foreach (string problem in ConfidenceProblems())
        {
            yield return problem;
        }
    }

    internal override ValueTask<Finding> JudgeAsync(GateRun run)
    {
        MetricInterval found = run.Interval(metric, Confidence);
        Metric shown = metric.Resolve(run.Set)?.Metric ?? metric;
        string what = Wording.Sentence(Words(shown, run.Set)), asked = Wording.Limit(atLeast, atMost, v => Wording.Figure(shown, v));
        if (!found.Value.IsDefined)
        {
            UndefinedReason reason = found.Value.Reason!.Value;
            string advice = reason == UndefinedReason.MissingMetric ? " " + metric.Advice(run.Set) : "";
            return ValueTask.FromResult(Limited(Without(reason, $"{what} cannot be told: {Wording.Why(reason)}. Asked: {asked}.{advice}"), found));
        }

        double value = found.Value.Value;
        Verdict verdict = Limits.Judge(found.Lower, found.Upper, atLeast, atMost);
        long? needed = verdict == Verdict.Inconclusive ? Limits.NeededRows(run.Set.Count, value, found.Lower, found.Upper, atLeast, atMost) : null;
        string bounds = Confidence == Validation.Confidence.None || metric == Metric.Count
            ? ""
            : $" With {Wording.Percent(Confidence)} confidence it is at least {Wording.Figure(shown, found.Lower)}, and with the same confidence at most {Wording.Figure(shown, found.Upper)}.";
        string end = verdict switch
        {
            Verdict.Pass => $" Asked: {asked}.",
            Verdict.Fail => $" Asked: {asked}; that is not reached.",
            _ => $" Asked: {asked}; the data cannot tell.{Wording.Rows(needed)}",
        };
        Finding finding = Start(verdict, $"{what} is {Wording.Figure(shown, value)}.{bounds}{end}{Notes(run.Set)}") with
        {
            Value = found.Value,
            Lower = found.Lower,
            Upper = found.Upper,
            NeededRows = needed,
        };
        return ValueTask.FromResult(Limited(finding, found));
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        GateJson.WriteMetric(writer, metric);
        GateJson.WriteOptional(writer, "atLeast", atLeast);
        GateJson.WriteOptional(writer, "atMost", atMost);
    }

    private string Words(Metric shown, EvaluationSet set) => Wording.Of(metric.ClassName is null ? shown : metric, set);

    /// <summary>What the figure leaves out or changes.</summary>
    private string Notes(EvaluationSet set)
    {
        if (metric == Metric.LogLoss && ScoreMetrics.LogLossClipped(set) is > 0 and int clipped)
        {
            return FormattableString.Invariant($" {clipped:N0} scores of 0 or 1 were taken as 2^-52 away from it.");
        }

        if (metric.NeedsScores && set.ClippedCount > 0)
        {
            return FormattableString.Invariant($" {set.ClippedCount:N0} scores outside [0, 1] were clipped.");
        }

        bool isMean = metric == Metric.MacroF1 || metric == Metric.MacroPrecision || metric == Metric.MacroRecall;
        return isMean && set.AbsentClasses is { Count: > 0 } absent
            ? $" Left out, because no row has or was given them: {string.Join(", ", absent.Take(20).Select(Wording.Show))}."
            : "";
    }

    private Finding Limited(Finding finding, MetricInterval found) => finding with { AtLeast = atLeast, AtMost = atMost, Method = found.Method };
}
