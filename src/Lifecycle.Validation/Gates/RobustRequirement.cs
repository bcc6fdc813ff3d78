using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>
/// The drop of a metric on changed inputs, paired with the same rows unchanged: under one perturbation, or under each of a suite.
/// </summary>
internal sealed partial class RobustRequirement : Requirement
{
    public const string KindName = "robust";

    private readonly PerturbationSuite _suite;
    private readonly bool _isSuite;
    private readonly double _maxDrop;
    private readonly Metric _metric;

    public RobustRequirement(Perturbation perturbation, double maxDrop, Metric metric, double confidence)
        : this(PerturbationSuite.Of([perturbation]), maxDrop, metric, confidence) => _isSuite = false;

    public RobustRequirement(PerturbationSuite suite, double maxDrop, Metric metric, double confidence)
        : base(confidence)
    {
        _suite = suite;
        _isSuite = true;
        _maxDrop = maxDrop;
        _metric = metric;
    }

    public override string Kind => KindName;

    public override string Text => _isSuite
        ? $"{_metric.Name} drops by at most {Wording.Number(_maxDrop)} under each of {_suite.Perturbations.Count} perturbations ({string.Join(", ", _suite.Perturbations.Select(p => p.Kind).Distinct())})"
        : First is BatchInvarianceCheck ? $"equal answers for equal rows within {Wording.Number(First.Level)}"
        : First is WorstShareCheck
            ? $"loss of the worst {Wording.Percent(First.Level)} of the rows exceeds the mean loss by at most {Wording.Number(_maxDrop)}"
        : First is ProtectedFlipCheck flip
            ? $"at most {Wording.Number(_maxDrop)} of the decisions turn with another {Wording.Name(flip.FeatureName)}"
        : $"{_metric.Name} drops by at most {Wording.Number(_maxDrop)} under {First}";

    internal override string? MetricName => _suite.Perturbations.All(p => p.Family > PerturbationFamily.Precision) ? null : _metric.Name;

    private Perturbation First => _suite.Perturbations[0];

    internal override IEnumerable<string> Problems()
    {
        foreach (string problem in _suite.Perturbations.Select(p => p.Problem).OfType<string>())
        {
            yield return problem;
        }

        if (!PairedDifference.CanCompare(_metric))
        {
            yield return $"The drop of {_metric.Name} cannot be judged; use AreaUnderRoc, Accuracy or another figure that two models can be compared by.";
        }

        double most = Math.Max(1, _metric.Maximum - _metric.Minimum);
        if (!(_maxDrop >= 0 && _maxDrop <= most && double.IsFinite(_maxDrop)))
        {
            yield return $"{_metric.Name} under {(_isSuite ? "a suite" : First)}: maxDrop {_maxDrop} must lie between 0 and {most}.";
        }

        foreach (string other in ConfidenceProblems())
        {
            yield return other;
        }
    }

    internal override async ValueTask<Finding> JudgeAsync(GateRun run)
    {
        bool needsModel = _suite.Perturbations.Any(p => p is not WorstShareCheck);
        if (needsModel && (run.Predict is null || run.Set.Features.Count == 0))
        {
            return Without(UndefinedReason.MissingMetric,
                $"{Text}: needs the model (predict:) and its features (.Feature(name, values)) to try changed inputs.") with { AtMost = _maxDrop };
        }

        RobustnessRun rows = run.Robustness;
        if (rows.Set.Count == 0)
        {
            return Without(UndefinedReason.NoRows,
                $"{Text}: no row keeps the rules. {string.Join(" ", rows.Check.Problems)}") with { AtMost = _maxDrop };
        }

        RobustnessReport report = await _suite.RunAsync(rows, run.Set, _metric, Confidence, run.Predictor(),
            run.CancellationToken).ConfigureAwait(false);
        if (report.Levels.Count == 0)
        {
            return Without(UndefinedReason.MissingMetric,
                $"{Text}: {(_isSuite ? "no perturbation of the suite can change a feature" : First.NothingToChange)}.") with { AtMost = _maxDrop, Robustness = report };
        }

        RobustnessLevel worst = report.Levels.MaxBy(l => (int.MaxValue / 4 * Rank(Judge(l))) + (l.Upper ?? 0))!;
        Verdict verdict = Judge(worst);
        if (!worst.Drop.IsDefined)
        {
            UndefinedReason reason = worst.Drop.Reason!.Value;
            return Without(reason,
                $"{Text}: {(_isSuite ? $"{worst.Perturbation} " : "")}cannot be told, {Wording.Why(reason)}.") with { AtMost = _maxDrop, Method = worst.Method, Robustness = report };
        }

        long? needed = verdict == Verdict.Inconclusive && worst.Lower is { } lower && worst.Upper is { } upper
            ? Limits.NeededRows(report.Rows, worst.Drop.Value, lower, upper, null, _maxDrop)
            : null;
        return Start(verdict, Message(run, report, worst, verdict, needed)) with
        {
            Value = worst.Drop,
            Lower = worst.Lower,
            Upper = worst.Upper,
            AtMost = _maxDrop,
            NeededRows = needed,
            Method = worst.Method,
            Robustness = report,
        };
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        GateJson.WriteMetric(writer, _metric);
        if (_isSuite)
        {
            writer.WriteStartArray("suite");
            foreach (Perturbation perturbation in _suite.Perturbations)
            {
                writer.WriteStartObject();
                RobustJson.Write(writer, perturbation);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
        else
        {
            RobustJson.Write(writer, First);
        }

        writer.WriteNumber("maxDrop", _maxDrop);
    }

    private static int Rank(Verdict verdict) => verdict switch
    {
        Verdict.Fail => 2,
        Verdict.Inconclusive => 1,
        _ => 0,
    };

    private Verdict Judge(RobustnessLevel level) => !level.Drop.IsDefined ? Limits.OfUndefined(level.Drop.Reason!.Value)
        : level.Kind == GateJson.Camel(nameof(PerturbationFamily.BatchInvariance)) ? (level.Drop.Value == 0 ? Verdict.Pass : Verdict.Fail)
        : Limits.Judge(level.Lower!.Value, level.Upper!.Value, null, _maxDrop);
}
