using System.Text.Json;
using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>The candidate against another model on the same rows: oriented difference at least a limit, which may be negative (a margin).</summary>
internal sealed class BaselineRequirement(Metric metric, string kind, double least, double confidence) : Requirement(confidence)
{
    public const string NotWorse = "notWorse";
    public const string Better = "better";

    public override string Kind => kind;

    public override string Text => kind == NotWorse
        ? $"{metric.Name} not worse than the baseline by more than {Wording.Number(-least)}"
        : $"{metric.Name} better than the baseline by at least {Wording.Number(least)}";

    internal override string? MetricName => metric.Name;

    internal override IEnumerable<string> Problems()
    {
        if (!PairedDifference.CanCompare(metric))
        {
            yield return $"{metric.Name} cannot be compared with a baseline; use one of {string.Join(", ", PairedDifference.Comparable.Select(m => m.Name))}.";
        }

        double limit = kind == NotWorse ? -least : least;
        if (!(limit >= 0 && limit <= 1))
        {
            yield return $"{metric.Name}: {(kind == NotWorse ? "margin" : "by")} {limit} must lie between 0 and 1.";
        }

        foreach (string problem in ConfidenceProblems())
        {
            yield return problem;
        }
    }

    internal override ValueTask<Finding> JudgeAsync(GateRun run)
    {
        if (run.Baseline is null)
        {
            return ValueTask.FromResult(run.FirstRun == FirstRun.ValueLimitsOnly
                ? Start(Verdict.Skipped, $"{Text}: there is no other model yet; this is the first run.")
                : Without(UndefinedReason.MissingBaseline, $"{Text}: there is no other model to compare with. Give a Baseline, or allow a first run with .WhenNoBaseline(FirstRun.ValueLimitsOnly).") with { AtLeast = least });
        }

        MetricInterval found = PairedDifference.Of(metric, run.Set, run.Set.Scores, run.Set.Predictions, run.Baseline.Scores, run.Baseline.Predictions, Confidence);
        if (!found.Value.IsDefined)
        {
            UndefinedReason reason = found.Value.Reason!.Value;
            string advice = reason == UndefinedReason.MissingMetric ? " Both models need scores." : "";
            return ValueTask.FromResult(Without(reason, $"{Text}: cannot be told, {Wording.Why(reason)}.{advice}") with { AtLeast = least, Method = found.Method });
        }

        Verdict verdict = Limits.Judge(found.Lower, found.Upper, least, null);
        long? needed = verdict == Verdict.Inconclusive ? Limits.NeededRows(run.Set.Count, found.Value.Value, found.Lower, found.Upper, least, null) : null;
        return ValueTask.FromResult(Start(verdict, Message(run, found, verdict, needed)) with
        {
            Value = found.Value,
            Lower = found.Lower,
            Upper = found.Upper,
            AtLeast = least,
            NeededRows = needed,
            Method = found.Method,
        });
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        GateJson.WriteMetric(writer, metric);
        writer.WriteNumber(kind == NotWorse ? "margin" : "by", kind == NotWorse ? -least : least);
    }

    private string Message(GateRun run, MetricInterval found, Verdict verdict, long? needed)
    {
        string Change(double change) => $"{Figure(Math.Abs(change))} {(change < 0 ? "worse" : "better")}";
        string Figure(double value) => metric.IsProportion ? Wording.Points(value) : Wording.Number(Math.Round(value, 4));
        string asked = kind == NotWorse ? $"at most {Figure(-least)} worse" : $"at least {Figure(least)} better";
        string bounds = Confidence == Validation.Confidence.None
            ? ""
            : $" With {Wording.Percent(Confidence)} confidence it is no less than {Change(found.Lower)}, and with the same confidence no more than {Change(found.Upper)}.";
        string end = verdict switch
        {
            Verdict.Pass => "",
            Verdict.Fail => " That is not reached.",
            _ => $" The data cannot tell.{Wording.Rows(needed)}",
        };
        return $"{Wording.Sentence(Wording.Of(metric, run.Set))} is {Change(found.Value.Value)} than that of the other model on the same rows.{bounds} Asked: {asked}.{end}";
    }
}
