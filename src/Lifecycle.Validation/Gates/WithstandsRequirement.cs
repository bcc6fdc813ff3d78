using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>How many rows an attack turns, with Wilson's bounds.</summary>
internal sealed class WithstandsRequirement(Attack attack, double maxSuccess, double confidence) : Requirement(confidence)
{
    public const string KindName = "withstands";

    public override string Kind => KindName;

    public override string Text => $"{attack} turns at most {Wording.Number(maxSuccess)} of the right decisions";

    internal override IEnumerable<string> Problems()
    {
        if (!(maxSuccess >= 0 && maxSuccess <= 1))
        {
            yield return $"{attack}: maxSuccess {maxSuccess} must lie between 0 and 1.";
        }

        foreach (string problem in attack.Problems().Concat(ConfidenceProblems()))
        {
            yield return problem;
        }
    }

    internal override async ValueTask<Finding> JudgeAsync(GateRun run)
    {
        if (run.Predict is null || run.Set.Features.Count == 0)
        {
            return Without(UndefinedReason.MissingMetric,
                $"{Text}: needs the model (predict:) and its features (.Feature(name, values)) to attack.") with { AtMost = maxSuccess };
        }

        AttackResult result = await attack.RunAsync(run.Robustness, run.Set, Confidence, run.Predictor(),
            run.CancellationToken).ConfigureAwait(false);
        MetricValue rate = result.SuccessRate;
        if (!rate.IsDefined)
        {
            string why = run.Robustness.Set.Count == 0
                ? $"no row keeps the rules. {string.Join(" ", result.Problems)}" : "the model gets no row right, so there is none to attack.";
            return Without(rate.Reason!.Value, $"{Text}: {why}") with { AtMost = maxSuccess, Attack = result };
        }

        if (result.Queries == 0)
        {
            return Without(UndefinedReason.MissingMetric,
                $"{Text}: there is no lawful change the attack could try, so nothing was tried. Every feature is immutable, constant, missing or of a kind it does not move.") with { AtMost = maxSuccess, Attack = result };
        }

        Verdict verdict = Limits.Judge(result.Lower, result.Upper, null, maxSuccess);
        long? needed = verdict == Verdict.Inconclusive
            ? Limits.NeededRows(result.Rows, rate.Value, result.Lower, result.Upper, null, maxSuccess) : null;
        return Start(verdict, Message(result, verdict, needed)) with
        {
            Value = rate,
            Lower = result.Lower,
            Upper = result.Upper,
            AtMost = maxSuccess,
            NeededRows = needed,
            Method = "Wilson",
            Attack = result,
        };
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        RobustJson.Write(writer, attack);
        writer.WriteNumber("maxSuccess", maxSuccess);
    }

    private string Message(AttackResult result, Verdict verdict, long? needed)
    {
        string bound = Confidence == Validation.Confidence.None
            ? "" : $" With {Wording.Percent(Confidence)} confidence at most {Wording.Share(result.Upper)}.";
        string cost = result.MedianCost is { } median
            ? FormattableString.Invariant($" Half of the changes cost at most {median:0.##} standard deviations.") : "";
        string lost = result.Unconfirmed > 0
            ? FormattableString.Invariant($" {result.Unconfirmed:N0} more turned once and not again.") : "";
        string left = result.LeftOut > 0
            ? FormattableString.Invariant($" {result.LeftOut:N0} rows that break a rule as they are were left out.") : "";
        string end = verdict switch
        {
            Verdict.Pass => "",
            Verdict.Fail => " That is too much.",
            _ => $" The data cannot tell.{Wording.Rows(needed)}",
        };
        return FormattableString.Invariant(
            $"{Wording.Sentence(attack.Settings)} turns {result.Successes:N0} of {result.Rows:N0} right decisions, {Wording.Share(result.SuccessRate.Value)}, by lawful changes.{bound}{cost} Allowed: {Wording.Share(maxSuccess)}.{end}{lost}{left}");
    }
}
