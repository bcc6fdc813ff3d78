using System.Text.Json;

namespace Lifecycle.Validation;

internal sealed class FairRequirement(
    IReadOnlyList<string> by, FairnessMetric metric, double limit, double confidence, SmallGroups smallGroups, double below, MissingGroup missing)
    : Requirement(confidence)
{
    public const string KindName = "fair";

    public override string Kind => KindName;

    public override string Text => $"{metric} by {string.Join(" x ", by)} {(metric.IsRatio ? "at least" : "at most")} {Wording.Number(limit)}";

    public FairnessMetric Metric => metric;

    public MissingGroup Missing => missing;

    internal override IReadOnlyList<string> Attributes => by;

    internal override string? MetricName => metric.Name;

    internal override IEnumerable<string> Problems()
    {
        if (by.Count == 0 || by.Any(string.IsNullOrEmpty) || by.Distinct(StringComparer.Ordinal).Count() < by.Count)
        {
            yield return $"{metric.Name}: name the attributes to compare by, each once.";
        }

        if (metric.WhyNotGated is { } why)
        {
            yield return why;
        }

        double most = metric.IsRatio ? 1 : Math.Max(1, metric.Rates.Max(r => r.Maximum - r.Minimum));
        if (!(limit >= 0 && limit <= most) || !double.IsFinite(limit) || (metric.IsRatio && limit == 0))
        {
            yield return $"{metric.Name}: the limit {limit} must lie {(metric.IsRatio ? "above 0 and at most at 1" : $"between 0 and {most}")}.";
        }

        if (!(below >= 0 && below < 1) || (below > 0 && smallGroups != SmallGroups.ReportOnly))
        {
            yield return $"{metric.Name}: below: is a share of the rows, at least 0 and less than 1, and needs SmallGroups.ReportOnly.";
        }

        foreach (string problem in ConfidenceProblems())
        {
            yield return problem;
        }
    }

    internal override ValueTask<Finding> JudgeAsync(GateRun run)
    {
        GroupMetrics groups = GroupMetrics.Compute(run.Set, by, run.GroupOptions(missing, below));
        double missingRows = groups.Groups.Where(g => g.IsMissing).Sum(g => g.Counts.Total);
        Finding finding = Confidence == Validation.Confidence.None ? JudgePoint(groups, run) : JudgeBounds(groups, run);
        finding = BySmallGroups(finding, groups);
        if (missing == MissingGroup.Fail && missingRows > 0 && finding.Verdict != Verdict.Fail)
        {
            finding = finding with
            {
                Verdict = Verdict.Fail,
                Message = FormattableString.Invariant($"{missingRows:N0} rows have no value of {string.Join(" or ", by)}, which this requirement does not allow. {finding.Message}"),
            };
        }

        return ValueTask.FromResult(finding with
        {
            By = by,
            AtLeast = metric.IsRatio ? limit : null,
            AtMost = metric.IsRatio ? null : limit,
        });
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("by");
        foreach (string attribute in by)
        {
            writer.WriteStringValue(attribute);
        }

        writer.WriteEndArray();
        writer.WriteString("metric", metric.Name);
        if (metric.Reference is { } reference)
        {
            writer.WriteString("reference", reference);
        }

        writer.WriteNumber(metric.IsRatio ? "atLeast" : "atMost", limit);
        writer.WriteString("smallGroups", GateJson.Camel(smallGroups.ToString()));
        if (below > 0)
        {
            writer.WriteNumber("below", below);
        }

        writer.WriteString("missing", GateJson.Camel(missing.ToString()));
    }

    private Finding JudgePoint(GroupMetrics groups, GateRun run)
    {
        GroupAggregate found = groups[metric];
        if (groups.NothingVaries(metric))
        {
            found = found with { Result = MetricValue.Undefined(UndefinedReason.ZeroVariance) };
        }

        if (!found.IsDefined)
        {
            return Without(found.Result.Reason!.Value, Undefined(found.Result.Reason.Value, run.Set)) with { NotJudged = found.NotJudged };
        }

        double distance = metric.IsRatio ? Math.Min(found.Value, 1 / found.Value) : Math.Abs(found.Value);
        Verdict verdict = Limits.Judge(distance, distance, metric.IsRatio ? limit : null, metric.IsRatio ? null : limit);
        string gap = FairWording.Gap(metric, Math.Abs(found.Value));
        return Start(verdict, $"{Wording.Sentence(string.Join(" x ", by))}: {Wording.Name(found.Least)} and {Wording.Name(found.Most)} differ most, by {gap} (plain figures); asked: {FairWording.Limit(metric, limit)}.")
            with
        { Value = found.Result, NotJudged = found.NotJudged, Method = "point" };
    }

    private Finding JudgeBounds(GroupMetrics groups, GateRun run)
    {
        Disparity found = groups.Disparity(metric, Confidence);
        if (!found.Value.IsDefined)
        {
            return Without(found.Value.Reason!.Value, Undefined(found.Value.Reason.Value, run.Set)) with { NotJudged = found.NotJudged, Method = DisparityMethod };
        }

        Verdict verdict = Limits.Judge(found.Lower!.Value, found.Upper!.Value, metric.IsRatio ? limit : null, metric.IsRatio ? null : limit);
        var growth = verdict == Verdict.Inconclusive ? found.Growth(limit) : null;
        return Start(verdict, FairWording.Of(found, verdict, limit, growth, by, metric.ClassName is { } name ? run.Set.OneVersusRest(name) : run.Set)) with
        {
            Value = found.Value,
            Lower = found.Lower,
            Upper = found.Upper,
            NotJudged = found.NotJudged,
            Contrasts = found.Contrasts,
            Method = DisparityMethod,
            NeededRows = growth is { } g ? Limits.Times(run.Set.Count, g.Factor) : null,
        };
    }

    private const string DisparityMethod = "studentised max-T and intersection-union";

    private Finding BySmallGroups(Finding finding, GroupMetrics groups)
    {
        double least = below * groups.OverallCounts.Total;
        bool isExcused = smallGroups == SmallGroups.ReportOnly && finding.NotJudged.All(n => below == 0 || groups[n.Group].Counts.Total < least);
        string left = Wording.NotJudged(finding.NotJudged);
        Verdict verdict = finding.NotJudged.Count == 0 || finding.Verdict == Verdict.Fail || isExcused ? finding.Verdict
            : smallGroups == SmallGroups.Fail ? Verdict.Fail : Verdict.Inconclusive;
        return finding with { Verdict = verdict, Message = finding.Message + left };
    }

    private string Undefined(UndefinedReason reason, EvaluationSet set)
    {
        string advice = reason == UndefinedReason.MissingMetric ? " " + (metric.Rates.FirstOrDefault(r => !r.IsFor(set.Kind)) ?? metric.Rates[0]).Advice(set) : "";
        return $"Groups of {string.Join(" x ", by)} cannot be compared: {Wording.Why(reason)}. Asked: {FairWording.Limit(metric, limit)}.{advice}";
    }
}
