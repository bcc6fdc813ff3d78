namespace Lifecycle.Validation;

/// <summary>The candidate against another model: what all such requirements have in common.</summary>
internal abstract class ComparedRequirement(Metric metric, double confidence) : Requirement(confidence)
{
    private protected Metric Metric { get; } = metric;

    private protected abstract PairedScale Scale { get; }

    private protected virtual double? AtLeast => null;

    private protected virtual double? AtMost => null;

    /// <summary>What is asked, in words.</summary>
    private protected abstract string Asked { get; }

    internal override string? MetricName => Metric.Name;

    internal override IEnumerable<string> Problems()
    {
        if (!PairedDifference.CanCompare(Metric))
        {
            yield return $"{Metric.Name} cannot be compared with a baseline: both models have the same. Use a figure of decisions or scores, for example Accuracy or AreaUnderRoc.";
        }

        foreach (string problem in LimitProblems().Concat(ConfidenceProblems()))
        {
            yield return problem;
        }
    }

    internal override async ValueTask<Finding> JudgeAsync(GateRun run)
    {
        if (run.Baseline is null)
        {
            return run.IsFirstRun ? Start(Verdict.Skipped, $"{Text}: there is no other model yet; this is the first run.")
                : run.HasLostValues ? Limited(Without(UndefinedReason.MissingBaseline, $"{Text}: the baseline is values over all rows, which say nothing about a slice. Give its scores with Baseline.FromScores."))
                : Limited(Without(UndefinedReason.MissingBaseline, $"{Text}: there is no other model to compare with. Give a Baseline, or allow a first run with .WhenNoBaseline(FirstRun.ValueLimitsOnly)."));
        }

        if (await run.CompareAsync(Metric, Scale, Confidence).ConfigureAwait(false) is not { } estimate)
        {
            return Limited(Without(UndefinedReason.MissingBaseline, $"{Text}: the baseline has no value of {Metric.Name}. Add it to Baseline.FromValues."));
        }

        MetricInterval found = estimate.At(Confidence);
        if (!found.Value.IsDefined)
        {
            UndefinedReason reason = found.Value.Reason!.Value;
            string why = reason switch
            {
                UndefinedReason.MissingMetric => $"{Wording.Why(reason)}. Both models need scores.",
                UndefinedReason.MissingBaseline => $"nobody knows how many rows are behind the baseline's {Metric.Name}, which a bound needs. Give them, or use Confidence.None.",
                _ => $"{Wording.Why(reason)}.",
            };
            return Limited(Without(reason, $"{Text}: cannot be told, {why}")) with { Method = found.Method };
        }

        Verdict verdict = Limits.Judge(found.Lower, found.Upper, AtLeast, AtMost);
        long? needed = verdict == Verdict.Inconclusive ? Limits.NeededRows(run.Set.Count, found.Value.Value, found.Lower, found.Upper, AtLeast, AtMost) : null;
        return Limited(Start(verdict, Message(run, found, verdict, needed))) with
        {
            Value = found.Value,
            Lower = found.Lower,
            Upper = found.Upper,
            NeededRows = needed,
            Method = found.Method,
        };
    }

    private protected abstract IEnumerable<string> LimitProblems();

    private protected IEnumerable<string> DirectionProblems()
    {
        if (Metric.Direction == Direction.Neither)
        {
            yield return $"{Metric.Name}: neither more nor less of it is better, so it cannot be worse or better; use RequireChange or RequireEquivalent.";
        }
    }

    /// <summary>A change of the metric as a figure.</summary>
    private protected string Figure(double value) => Metric.IsProportion ? Wording.Points(value) : Wording.Number(Math.Round(value, 4));

    private protected virtual string ChangeInWords(double change) => Metric.Direction == Direction.Neither
        ? $"{Figure(Math.Abs(change))} {(change < 0 ? "less" : "more")}"
        : $"{Figure(Math.Abs(change))} {(change < 0 ? "worse" : "better")}";

    private protected virtual string Than => " than";

    private Finding Limited(Finding finding) => finding with { AtLeast = AtLeast, AtMost = AtMost };

    private string Message(GateRun run, MetricInterval found, Verdict verdict, long? needed)
    {
        string bounds = Confidence == Validation.Confidence.None
            ? ""
            : $" With {Wording.Percent(Confidence)} confidence it is no less than {ChangeInWords(found.Lower)}, and with the same confidence no more than {ChangeInWords(found.Upper)}.";
        string end = verdict switch
        {
            Verdict.Pass => "",
            Verdict.Fail => " That is not reached.",
            _ => $" The data cannot tell.{Wording.Rows(needed)}",
        };
        string rows = run.Baseline!.Values.Count > 0 ? "measured for the other model" : "of the other model on the same rows";
        return $"{Wording.Sentence(Wording.Of(Metric, run.Set))} is {ChangeInWords(found.Value.Value)}{Than} that {rows}.{bounds} Asked: {Asked}.{end}";
    }
}
