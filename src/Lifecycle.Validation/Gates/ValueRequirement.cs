using System.Text.Json;

namespace Lifecycle.Validation;

internal sealed class ValueRequirement(Metric metric, double? atLeast, double? atMost, double confidence) : Requirement(confidence)
{
    public const string KindName = "value";

    public override string Kind => KindName;

    public override string Text => $"{metric.Name} {Wording.Limit(atLeast, atMost, Wording.Number)}";

    internal override string? MetricName => metric.Name;

    internal override IEnumerable<string> Problems()
    {
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
        string what = Wording.Sentence(Wording.Of(metric, run.Set)), asked = Wording.Limit(atLeast, atMost, v => Wording.Figure(metric, v));
        if (!found.Value.IsDefined)
        {
            UndefinedReason reason = found.Value.Reason!.Value;
            string advice = reason == UndefinedReason.MissingMetric ? " Give scores with EvaluationSet.Of(labels, scores)." : "";
            return ValueTask.FromResult(Limited(Without(reason, $"{what} cannot be told: {Wording.Why(reason)}. Asked: {asked}.{advice}"), found));
        }

        double value = found.Value.Value;
        Verdict verdict = Limits.Judge(found.Lower, found.Upper, atLeast, atMost);
        long? needed = verdict == Verdict.Inconclusive ? Limits.NeededRows(run.Set.Count, value, found.Lower, found.Upper, atLeast, atMost) : null;
        string bounds = Confidence == Validation.Confidence.None || metric == Metric.Count
            ? ""
            : $" With {Wording.Percent(Confidence)} confidence it is at least {Wording.Figure(metric, found.Lower)}, and with the same confidence at most {Wording.Figure(metric, found.Upper)}.";
        string end = verdict switch
        {
            Verdict.Pass => $" Asked: {asked}.",
            Verdict.Fail => $" Asked: {asked}; that is not reached.",
            _ => $" Asked: {asked}; the data cannot tell.{Wording.Rows(needed)}",
        };
        Finding finding = Start(verdict, $"{what} is {Wording.Figure(metric, value)}.{bounds}{end}") with { Value = found.Value, Lower = found.Lower, Upper = found.Upper, NeededRows = needed };
        return ValueTask.FromResult(Limited(finding, found));
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        GateJson.WriteMetric(writer, metric);
        GateJson.WriteOptional(writer, "atLeast", atLeast);
        GateJson.WriteOptional(writer, "atMost", atMost);
    }

    private Finding Limited(Finding finding, MetricInterval found) => finding with { AtLeast = atLeast, AtMost = atMost, Method = found.Method };
}
