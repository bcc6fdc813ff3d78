using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>The drop of a metric on changed inputs, paired with the same rows unchanged.</summary>
internal sealed class RobustRequirement(Perturbation perturbation, double maxDrop, Metric metric, double confidence) : Requirement(confidence)
{
    public const string KindName = "robust";

    public override string Kind => KindName;

    public override string Text => $"{metric.Name} drops by at most {Wording.Number(maxDrop)} under {perturbation}";

    internal override string? MetricName => metric.Name;

    internal override IEnumerable<string> Problems()
    {
        if (perturbation.Problem is { } problem)
        {
            yield return problem;
        }

        if (metric != Metric.AreaUnderRoc && metric != Metric.Accuracy)
        {
            yield return $"The drop of {metric.Name} cannot be judged; use AreaUnderRoc or Accuracy.";
        }

        if (!(maxDrop >= 0 && maxDrop <= 1))
        {
            yield return $"{metric.Name} under {perturbation}: maxDrop {maxDrop} must lie between 0 and 1.";
        }

        foreach (string other in ConfidenceProblems())
        {
            yield return other;
        }
    }

    internal override async ValueTask<Finding> JudgeAsync(GateRun run)
    {
        if (run.Predict is null || run.Set.Features.Count == 0)
        {
            return Without(UndefinedReason.MissingMetric, $"{Text}: needs the model (predict:) and its features (.Feature(name, values)) to try changed inputs.") with { AtMost = maxDrop };
        }

        ColumnBatch? changed = perturbation.Apply(run.Set, run.Options.Seed);
        if (changed is null)
        {
            return Without(UndefinedReason.MissingMetric, $"{Text}: no feature is a number that varies and may change.") with { AtMost = maxDrop };
        }

        EvaluationSet plain = run.Set.WithScores(await run.ScoreAsync("", run.Set.FeatureBatch).ConfigureAwait(false));
        EvaluationSet tried = run.Set.WithScores(await run.ScoreAsync(perturbation.ToString(), () => changed).ConfigureAwait(false));
        MetricInterval found = PairedDifference.Of(metric, run.Set, plain.Scores, plain.Predictions, tried.Scores, tried.Predictions, Confidence);
        if (!found.Value.IsDefined)
        {
            UndefinedReason reason = found.Value.Reason!.Value;
            return Without(reason, $"{Text}: cannot be told, {Wording.Why(reason)}.") with { AtMost = maxDrop, Method = found.Method };
        }

        Verdict verdict = Limits.Judge(found.Lower, found.Upper, null, maxDrop);
        long? needed = verdict == Verdict.Inconclusive ? Limits.NeededRows(run.Set.Count, found.Value.Value, found.Lower, found.Upper, null, maxDrop) : null;
        return Start(verdict, Message(run, found, verdict, needed, metric.Compute(plain), metric.Compute(tried))) with
        {
            Value = found.Value,
            Lower = found.Lower,
            Upper = found.Upper,
            AtMost = maxDrop,
            NeededRows = needed,
            Method = found.Method,
        };
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        GateJson.WriteMetric(writer, metric);
        writer.WriteString("perturbation", perturbation.Kind);
        writer.WriteNumber("level", perturbation.Level);
        writer.WriteNumber("maxDrop", maxDrop);
    }

    private string Message(GateRun run, MetricInterval found, Verdict verdict, long? needed, MetricValue before, MetricValue after)
    {
        string Figure(double value) => metric.IsProportion ? Wording.Points(value) : Wording.Number(Math.Round(value, 4));
        string bound = Confidence == Validation.Confidence.None ? "" : $" With {Wording.Percent(Confidence)} confidence the drop is at most {Figure(found.Upper)}.";
        string end = verdict switch
        {
            Verdict.Pass => "",
            Verdict.Fail => " That is too much.",
            _ => $" The data cannot tell.{Wording.Rows(needed)}",
        };
        return $"{perturbation.Words} moves the {Wording.Of(metric, run.Set)} from {Wording.Figure(metric, before.Value)} to {Wording.Figure(metric, after.Value)}, a drop of {Figure(found.Value.Value)}.{bound} Allowed: {Figure(maxDrop)}.{end}";
    }
}
