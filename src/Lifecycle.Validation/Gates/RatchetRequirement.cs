using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>Never below what was once accepted: the bound of the metric must reach the best accepted value, less a slack.</summary>
internal sealed class RatchetRequirement(Metric metric, IReadOnlyList<double> history, double slack, double confidence) : Requirement(confidence)
{
    public const string KindName = "ratchet";

    public override string Kind => KindName;

    public override string Text => $"{metric.Name} never worse than once accepted, by more than {Wording.Number(slack)}";

    internal override IEnumerable<string> Problems()
    {
        if (metric.Direction == Direction.Neither)
        {
            yield return $"{metric.Name}: neither more nor less of it is better, so nothing is the best of its history; use Require with limits.";
        }

        if (history.Any(h => !double.IsFinite(h) || h < metric.Minimum || h > metric.Maximum))
        {
            yield return $"{metric.Name}: accepted values must be finite and between {metric.Minimum} and {metric.Maximum}.";
        }

        if (!(slack >= 0) || !double.IsFinite(slack))
        {
            yield return $"{metric.Name}: the slack {slack} must be a finite number of at least 0, for example 0.005.";
        }

        foreach (string problem in ConfidenceProblems())
        {
            yield return problem;
        }
    }

    internal override ValueTask<Finding> JudgeAsync(GateRun run)
    {
        if (history.Count == 0)
        {
            return ValueTask.FromResult(run.FirstRun == FirstRun.ValueLimitsOnly
                ? Start(Verdict.Skipped, $"{Text}: nothing was accepted yet; this is the first run.")
                : Without(UndefinedReason.MissingBaseline, $"{Text}: nothing was accepted yet. Give the accepted values, or allow a first run with .WhenNoBaseline(FirstRun.ValueLimitsOnly)."));
        }

        bool isLower = metric.Direction == Direction.LowerIsBetter;
        double best = isLower ? history.Min() : history.Max();
        double? atLeast = isLower ? null : best - slack, atMost = isLower ? best + slack : null;
        MetricInterval found = run.Interval(metric, Confidence);
        string what = Wording.Sentence(Wording.Of(metric, run.Set));
        if (!found.Value.IsDefined)
        {
            return ValueTask.FromResult(Without(found.Value.Reason!.Value, $"{what} cannot be told: {Wording.Why(found.Value.Reason.Value)}.")
                with
            { AtLeast = atLeast, AtMost = atMost, Method = found.Method });
        }

        double value = found.Value.Value;
        Verdict verdict = Limits.Judge(found.Lower, found.Upper, atLeast, atMost);
        long? needed = verdict == Verdict.Inconclusive ? Limits.NeededRows(run.Set.Count, value, found.Lower, found.Upper, atLeast, atMost) : null;
        string end = verdict switch
        {
            Verdict.Pass => "",
            Verdict.Fail => " That is worse than what was once accepted.",
            _ => $" The data cannot tell.{Wording.Rows(needed)}",
        };
        string bounds = Confidence == Validation.Confidence.None
            ? ""
            : $" With {Wording.Percent(Confidence)} confidence it is at least {Wording.Figure(metric, found.Lower)}, and with the same confidence at most {Wording.Figure(metric, found.Upper)}.";
        string message = $"{what} is {Wording.Figure(metric, value)}; the best accepted before was {Wording.Figure(metric, best)}.{bounds} Asked: {Wording.Limit(atLeast, atMost, v => Wording.Figure(metric, v))}.{end}";
        return ValueTask.FromResult(Start(verdict, message) with
        {
            Value = found.Value,
            Lower = found.Lower,
            Upper = found.Upper,
            AtLeast = atLeast,
            AtMost = atMost,
            NeededRows = needed,
            Method = found.Method,
        });
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        GateJson.WriteMetric(writer, metric);
        writer.WriteStartArray("history");
        foreach (double value in history)
        {
            writer.WriteNumberValue(double.IsFinite(value) ? value : 0);
        }

        writer.WriteEndArray();
        writer.WriteNumber("slack", slack);
    }
}
