using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>The money the model earns beyond the policy it is compared with, for 1,000 decisions.</summary>
internal sealed class UpliftRequirement(BusinessObjective objective, decimal? upliftAtLeast, double confidence) : Requirement(confidence)
{
    public const string KindName = "uplift";

    private ObjectiveStatement Stated => objective.Stated;

    private decimal Least => upliftAtLeast ?? Stated.MinimumUplift ?? 0;

    public override string Kind => KindName;

    public override string Text => string.Create(
        CultureInfo.InvariantCulture, $"{Wording.Show(Stated.Id)}: at least {Least} more for 1,000 decisions than {Stated.Baseline.Words}");

    internal override string? MetricName => "UpliftPerThousand";

    internal override IEnumerable<string> Problems()
    {
        if (objective.Values is null)
        {
            yield return $"The objective '{Wording.Show(Stated.Id)}' says not what outcomes are worth; add .Value(CostMatrix.Of(...)).";
        }

        foreach (string problem in ConfidenceProblems())
        {
            yield return problem;
        }
    }

    internal override async ValueTask<Finding> JudgeAsync(GateRun run) =>
        Judge(run, Stated.Baseline == BaselinePolicy.Champion ? await run.OtherDecisionsAsync().ConfigureAwait(false) : Stated.Baseline.Decide(run.Set, null));

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("objective");
        ObjectiveJson.Write(writer, objective);
        if (upliftAtLeast is { } least)
        {
            writer.WriteNumber("upliftAtLeast", least);
        }
    }

    private Finding Judge(GateRun run, bool[]? others)
    {
        if (Stated.RecordedAt > run.StartedAt)
        {
            return Without(UndefinedReason.Error, string.Create(
                CultureInfo.InvariantCulture, $"{Text}: the objective was recorded at {Stated.RecordedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, after the evaluation began. State it before the model is judged."));
        }

        if (others is null)
        {
            string lacking = run.HasLostValues || run.Baseline is not null
                ? "the baseline is values, which say nothing about what it decides. Give its scores with Baseline.FromScores"
                : "there is no other model to compare with. Give a Baseline";
            return run.IsFirstRun
                ? Start(Verdict.Skipped, $"{Text}: there is no other model yet; this is the first run.")
                : Without(UndefinedReason.MissingBaseline, $"{Text}: {lacking}, or compare with BaselinePolicy.DoNothing.") with { AtLeast = (double)Least };
        }

        decimal[] gains = RowValues.Difference(objective.Worth, run.Set, run.Set.Predictions, others);
        ValueEstimate uplift = ValueEstimate.Of(gains, run.Set, Confidence, ValueIntervalMethod.StudentT, run.Options);
        ValueEstimate model = ValueEstimate.Of(RowValues.Of(objective.Worth, run.Set, run.Set.Predictions), run.Set, Validation.Confidence.None, ValueIntervalMethod.StudentT, run.Options);
        ValueFinding found = new(
            Stated.Id, Stated.Statement, Stated.Owner, Stated.Baseline.Name, model.Total, model.Total - uplift.Total, uplift.PerThousand, RowValues.Oracle(objective.Worth, run.Set), Stated.Unit);
        if ((gains.Length < 2 ? UndefinedReason.TooFewRows : uplift.Reason) is { } reason)
        {
            string why = reason == UndefinedReason.ZeroVariance
                ? $"every row gives the same difference ({Money(gains[0])}), so its uncertainty cannot be told"
                : Wording.Why(reason);
            return Without(reason, $"{Text}: {why}.") with { AtLeast = (double)Least, Business = found };
        }

        (double lower, double upper) = (uplift.Lower!.Value, uplift.Upper!.Value);
        Verdict verdict = Limits.Judge(lower, upper, (double)Least, null);
        long? needed = verdict == Verdict.Inconclusive ? Limits.NeededRows(run.Set.Count, (double)uplift.PerThousand, lower, upper, (double)Least, null) : null;
        bool isFromHere = run.Set.IsThresholdFromHere;
        return Start(isFromHere ? Verdict.Inconclusive : verdict, Message(uplift, found, verdict, needed, isFromHere)) with
        {
            Value = MetricValue.Of((double)uplift.PerThousand),
            Lower = lower,
            Upper = upper,
            AtLeast = (double)Least,
            NeededRows = isFromHere ? null : needed,
            Method = "paired Student t",
            Business = found,
        };
    }

    private string Message(ValueEstimate uplift, ValueFinding found, Verdict verdict, long? needed, bool isFromHere)
    {
        string bounds = Confidence == Validation.Confidence.None
            ? ""
            : $" With {Wording.Percent(Confidence)} confidence it is at least {Money((decimal)uplift.Lower!.Value)}, and with the same confidence at most {Money((decimal)uplift.Upper!.Value)}.";
        string end = (isFromHere, verdict) switch
        {
            (true, _) => " The threshold was chosen on these very rows, so this cannot be believed; judge it on other rows.",
            (_, Verdict.Pass) => "",
            (_, Verdict.Fail) => " That is not reached.",
            _ => $" The data cannot tell.{Wording.Rows(needed)}",
        };
        return $"{Wording.Sentence(Wording.Show(Stated.Statement))}: the decisions are worth {Money(found.Total)} in all, those of {Stated.Baseline.Words} {Money(found.BaselineTotal)}. "
            + $"That is {Money(Math.Abs(uplift.PerThousand))} {(uplift.PerThousand < 0 ? "less" : "more")} for 1,000 decisions.{bounds} Asked: at least {Money(Least)}.{end}";
    }

    private string Money(decimal amount) =>
        amount.ToString("#,0.00", CultureInfo.InvariantCulture) + (Stated.Unit is { } unit ? " " + Wording.Show(unit) : "");
}
