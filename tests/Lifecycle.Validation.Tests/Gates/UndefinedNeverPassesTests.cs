using FsCheck.Xunit;
using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Gates;

/// <summary>
/// Random gates over random tables: with empty groups, groups of one class, rows without a group, weights, scores that are no
/// probabilities, models that fail. Limits are such that every defined figure keeps them, so what does not pass here could not be told.
/// </summary>
public partial class UndefinedNeverPassesTests
{
    private static readonly EvaluationContext Quick = new() { Options = new ValidationOptions { Replicates = 100, DisparityDraws = 100 } };

    private sealed class Draw(RandomStream random)
    {
        public int Below(int most) => Math.Min(most - 1, (int)(random.NextDouble() * most));

        public T Of<T>(IReadOnlyList<T> list) => list[Below(list.Count)];

        public bool Chance(double p) => random.NextDouble() < p;

        public double Share() => random.NextDouble();
    }

    /// <summary>Few or many rows; labels and decisions lean to one side, at times all the way.</summary>
    private static EvaluationSet Table(Draw draw)
    {
        int n = draw.Of([1, 2, 5, 12, 40, 150]);
        double lean = draw.Of([0, 0.05, 0.5, 1]), act = draw.Of([0, 0.05, 0.5, 1]);
        string?[] g = [.. Enumerable.Range(0, n).Select(_ => draw.Of<string?>(["a", "a", "a", "b", "b", "c", null]))];
        EvaluationSet set = draw.Below(6) switch
        {
            0 => EvaluationSet.Of([.. g.Select(_ => (double)draw.Below(3))], (double[])[.. g.Select(_ => (double)draw.Below(4))]),
            1 => EvaluationSet.Of([.. g.Select(_ => draw.Of(["x", "y", "z"]))], (string[])[.. g.Select(_ => draw.Of(["x", "y", "z"]))], classes: ["x", "y", "z", "w"]),
            2 => EvaluationSet.Of([.. g.Select(_ => draw.Chance(lean))], (bool[])[.. g.Select(_ => draw.Chance(act))]),
            3 => EvaluationSet.Of([.. g.Select(_ => draw.Chance(lean))], (double[])[.. g.Select(_ => 3 * draw.Share() - 1)]),
            _ => EvaluationSet.Of([.. g.Select(v => draw.Chance(v == "c" ? 0 : lean))], (double[])[.. g.Select(_ => draw.Below(5) / 4.0)]),
        };
        set = set.Attribute("g", g).Attribute("h", g.Select(_ => draw.Chance(0.5) ? "u" : "v"));
        set = draw.Chance(0.5) ? set.Feature("x", [.. g.Select(_ => draw.Chance(0.2) ? double.NaN : draw.Share())]) : set;
        double[] weights = [.. g.Select(_ => draw.Below(3) / 2.0)];
        return draw.Chance(0.2) && weights.Sum() > 0 ? set.WithWeights(weights) : set;
    }

    /// <summary>Adds a requirement; says of which metric, where it is one.</summary>
    private static Metric? Add(GateBuilder gate, Draw draw)
    {
        Metric[] metrics =
        [
            .. Metric.All.Where(m => !m.IsOfGroups), Metric.Precision.OfClass("x"), Metric.Accuracy.OfClass("nobody"), Metric.GeneralizedEntropy(0), Metric.DifferentialFairness("g", "h"),
            Metric.BetweenGroupTheil("g"), Metric.LabelDivergence("g", "a", "c"), Metric.ClassImbalance("g", "a", "nobody"), Metric.ConditionalDemographicDisparity("g", "a", "h"),
            Metric.ExpectedCalibrationErrorOver(4, true), Metric.Custom("nan", Direction.Neither, s => s.Count % 2 == 0 ? double.NaN : 1),
        ];
        double? confidence = draw.Of<double?>([null, 0.9, Confidence.None]);
        string[] by = draw.Of<string[]>([["g"], ["h"], ["g", "h"]]);
        SmallGroups small = draw.Of([SmallGroups.Inconclusive, SmallGroups.Inconclusive, SmallGroups.Fail]);
        MissingGroup missing = draw.Of(Enum.GetValues<MissingGroup>());
        Metric metric = draw.Of(metrics);
        FairnessMetric fairness = draw.Of(FairnessMetric.All);
        fairness = draw.Below(6) switch
        {
            0 when !fairness.IsRatio => fairness.ToOverall(),
            1 => FairnessMetric.AverageOddsDifference(by.Length == 2 ? "a|u" : by[0] == "g" ? "a" : "u"),
            2 => fairness.OfClass("x"),
            3 => FairnessMetric.DisparateImpact(by.Length == 2 ? "a|u" : by[0] == "g" ? "c" : "u"),
            _ => fairness,
        };
        Metric compared = draw.Chance(0.5) ? draw.Of([Metric.AreaUnderRoc, Metric.Accuracy, Metric.TruePositiveRate, Metric.FalsePositiveRate]) : metric;
        double span = double.IsFinite(compared.Maximum - compared.Minimum) ? compared.Maximum - compared.Minimum : 1e300;
        fairness = draw.Chance(0.2) ? FairnessMetric.DifferenceOf(metric) : fairness;
        switch (draw.Below(12))
        {
            case 0 or 1:
                gate.Require(metric, double.IsFinite(metric.Minimum) ? metric.Minimum : -1e300, double.IsFinite(metric.Maximum) ? metric.Maximum : 1e300, confidence: confidence);
                return metric;
            case 2 or 3 when fairness.IsRatio:
                gate.RequireFairRatio(by, fairness, 1e-300, confidence, small, missing: missing);
                return null;
            case 2 or 3:
                double most = fairness.Rates.Max(r => r.Maximum - r.Minimum);
                gate.RequireFair(by, fairness, double.IsFinite(most) ? Math.Max(1, most) : 1e300, confidence, small, missing: missing);
                return null;
            case 4:
                gate.RequireNotWorse(compared, span, confidence);
                return compared;
            case 5:
                gate.RequireBetter(compared, 0, confidence);
                return compared;
            case 6:
                gate.RequireChange(compared, -1e300, draw.Chance(0.5), confidence);
                return compared;
            case 7:
                gate.RequireRatioToBaseline(compared, 1e-300, confidence);
                return compared;
            case 8:
                gate.RequireEquivalent(compared, span, confidence);
                return compared;
            case 9:
                gate.RequireRatchet(compared, [double.IsFinite(compared.Minimum) ? compared.Minimum : -1e300], span, confidence);
                return compared;
            case 10:
                gate.RequireRobust(Perturbation.Noise(draw.Of([0.01, 0.1])), 1, draw.Of([Metric.AreaUnderRoc, Metric.Accuracy]), confidence);
                return null;
            default:
                gate.RequireCustom($"own {draw.Share()}", s => draw.Chance(0.2)
                    ? throw new InvalidOperationException("no")
                    : new CustomFinding(Verdict.Pass, "", draw.Chance(0.5) ? metric.Compute(s) : MetricValue.Of(1)));
                return null;
        }
    }

    /// <summary>Whether every figure that the requirement rests on exists, from the rows alone.</summary>
    private static bool IsKnown(Requirement requirement, Metric? metric, Finding finding, EvaluationSet set, Baseline? baseline)
    {
        switch (requirement)
        {
            case FairRequirement fair:
                GroupMetrics groups = GroupMetrics.Compute(set, finding.By, new GroupOptions { Missing = fair.Missing });
                GroupResult[] part = [.. groups.Groups.Where(g => !g.IsMissing || fair.Missing == MissingGroup.Judge)];
                return part.Length > 1 && part.All(g => fair.Metric.Rates.All(r => g[r].IsDefined)) && (fair.Missing != MissingGroup.Fail || groups.Groups.All(g => !g.IsMissing));
            case RobustRequirement:
                return set.Kind == EvaluationKind.Binary && set.Features.Count > 0;
            case ValueRequirement or RatchetRequirement:
                return metric!.Compute(set).IsDefined;
            case ComparedRequirement:
                return baseline is not null && metric!.Compute(set).IsDefined && metric.Compute(set.WithOutputs(baseline.Scores, baseline.Predictions)).IsDefined;
            default:
                return true;
        }
    }

    [Property(MaxTest = 1_200)]
    public void NoGatePasses_WhileAFigureItRestsOnIsUndefined(ulong seed) => Run(seed);

    /// <summary>The tables and gates are such that every verb passes at times and cannot be told at others.</summary>
    [Fact]
    public void EveryVerb_IsTriedBothWays()
    {
        Finding[] findings = [.. Enumerable.Range(0, 1_200).SelectMany(i => Run((ulong)i))];
        foreach (string kind in new[] { ValueRequirement.KindName, FairRequirement.KindName, BaselineRequirement.NotWorse, BaselineRequirement.Better, BaselineRequirement.Change, RatioRequirement.KindName, EquivalentRequirement.KindName, RatchetRequirement.KindName, RobustRequirement.KindName, CustomRequirement.KindName })
        {
            Assert.Contains(findings, f => f.Kind == kind && f.Verdict == Verdict.Pass);
            Assert.Contains(findings, f => f.Kind == kind && f.Value is { IsDefined: false });
        }

        UndefinedReason[] reasons = [.. findings.Select(f => f.Value?.Reason).OfType<UndefinedReason>().Distinct()];
        Assert.True(reasons.Length >= 12, string.Join(", ", reasons));
    }

    /// <summary>Null when the gate asks for what no gate can judge.</summary>
    private static Gate? Build(GateBuilder builder)
    {
        try
        {
            return builder.Build();
        }
        catch (GateDefinitionException)
        {
            return null;
        }
    }

    private static IReadOnlyList<Finding> Run(ulong seed)
    {
        Draw draw = new(new RandomStream(seed));
        EvaluationSet set = Table(draw);
        GateBuilder builder = Gate.For("g");
        List<Metric?> asked = [];
        for (int i = draw.Below(3); i >= 0; i--)
        {
            asked.Add(Add(builder, draw));
        }

        if (Build(builder) is not { } gate)
        {
            return [];
        }

        BatchPredictor? predict = draw.Below(4) switch
        {
            0 => null,
            1 => (_, _, _) => throw new InvalidOperationException("the model is gone"),
            2 => (_, scores, _) => { scores.Span.Fill(double.NaN); return ValueTask.CompletedTask; },
            _ => (_, scores, _) => { scores.Span.Fill(0.5); return ValueTask.CompletedTask; },
        };
        Baseline? baseline = draw.Below(3) switch
        {
            0 => null,
            1 => Baseline.FromDecisions((bool[])[.. Enumerable.Range(0, set.Count).Select(_ => draw.Chance(0.5))]),
            _ => Baseline.FromScores([.. Enumerable.Range(0, set.Count).Select(_ => draw.Share())]),
        };
        GateReport report = gate.EvaluateAsync(set, null, predict, baseline, Quick).AsTask().GetAwaiter().GetResult();
        for (int i = 0; i < report.Findings.Count; i++)
        {
            Finding finding = report.Findings[i];
            bool isSound = finding.Value is not { IsDefined: false } && finding.NotJudged.Count == 0
                && (finding.Verdict != Verdict.Pass || IsKnown(gate.Requirements[i], asked[i], finding, set, baseline));
            Assert.True(finding.Verdict != Verdict.Pass || isSound, $"{finding.Requirement} passes: {finding.Message} {string.Join(", ", finding.NotJudged)}");
            Assert.True(isSound || !report.Passed);
        }

        Assert.Equal(report.Findings.All(f => f.Verdict == Verdict.Pass), report.Passed);
        return report.Findings;
    }
}
