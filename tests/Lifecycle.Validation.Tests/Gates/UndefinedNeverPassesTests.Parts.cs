using FsCheck.Xunit;
using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Gates;

/// <summary>The same of slices, money, contracts and a baseline of bare values.</summary>
public partial class UndefinedNeverPassesTests
{
    [Property(MaxTest = 600)]
    public void NoPartPasses_WhileItsFigureIsUndefined(ulong seed) => RunParts(seed);

    [Fact]
    public void EveryOtherVerb_IsTriedBothWays()
    {
        Finding[] findings = [.. Enumerable.Range(0, 600).SelectMany(i => RunParts((ulong)i))];
        foreach (string kind in new[] { UpliftRequirement.KindName, DataRequirement.KindName })
        {
            Assert.Contains(findings, f => f.Kind == kind && f.Verdict == Verdict.Pass);
            Assert.Contains(findings, f => f.Kind == kind && f.Verdict == Verdict.Fail);
        }

        Assert.Contains(findings, f => f.Slice is not null && f.Verdict == Verdict.Pass);
        Assert.Contains(findings, f => f.Slice is not null && f.Value is { IsDefined: false });
        Assert.Contains(findings, f => f.Value?.Reason == UndefinedReason.MissingSlice);
    }

    private static IReadOnlyList<Finding> RunParts(ulong seed)
    {
        Draw draw = new(new RandomStream(seed, 1));
        EvaluationSet set = Table(draw);
        GateBuilder builder = Gate.For("g");
        for (int i = draw.Below(3); i >= 0; i--)
        {
            AddPart(builder, draw);
        }

        if (Build(builder) is not { } gate)
        {
            return [];
        }

        Baseline? baseline = draw.Below(4) switch
        {
            0 => null,
            1 => Baseline.FromDecisions((bool[])[.. Enumerable.Range(0, set.Count).Select(_ => draw.Chance(0.5))]),
            2 => Baseline.FromValues([new BaselineValue(Metric.Accuracy, draw.Of([0, 0.5, 1.0]), draw.Of<long?>([null, 1, 50])), new BaselineValue(Metric.RSquared, -0.5, 20)]),
            _ => Baseline.FromScores([.. Enumerable.Range(0, set.Count).Select(_ => draw.Share())]),
        };
        GateReport report = gate.EvaluateAsync(set, null, null, baseline, Quick).AsTask().GetAwaiter().GetResult();
        foreach (Finding finding in report.Findings.Where(f => f.Verdict == Verdict.Pass))
        {
            Assert.True(finding.Value is not { IsDefined: false } && finding.NotJudged.Count == 0, $"{finding.Requirement} passes: {finding.Message}");
            Assert.True(finding.Lower is null or > double.NegativeInfinity && finding.Upper is null or < double.PositiveInfinity, finding.Message);
            Assert.True(finding.Slice is null || !finding.Slice.Contains("nobody", StringComparison.Ordinal), finding.Message);
            Assert.True(finding.Kind != UpliftRequirement.KindName || set.Count > 1, finding.Message);
            Assert.True(finding.Contract is not { } contract || contract.Findings.All(f => f.Severity != Severity.Error || f.Verdict is Verdict.Pass or Verdict.Skipped), finding.Message);
        }

        Assert.True(!report.Passed || report.Findings.All(f => f.Verdict is Verdict.Pass or Verdict.Skipped));
        return report.Findings;
    }

    private static void AddPart(GateBuilder gate, Draw draw)
    {
        switch (draw.Below(4))
        {
            case 0:
                string value = draw.Of(["a", "c", "nobody"]);
                gate.OnSlice(value, draw.Chance(0.5) ? Slice.Equal("g", value) : Slice.In("g", value).And(Slice.Equal("h", "u")), inner => Add(inner, draw));
                break;
            case 1:
                gate.OnEverySlice(draw.Of<string[]>([["g"], ["g", "h"]]), draw.Of([0, 5, 1_000]), inner => Add(inner, draw));
                break;
            case 2:
                decimal[] worth = [draw.Below(3), -draw.Below(3), -draw.Below(3), draw.Below(3)];
                BaselinePolicy policy = draw.Of([BaselinePolicy.DoNothing, BaselinePolicy.ActOnAll, BaselinePolicy.Champion]);
                gate.RequireValue(
                    BusinessObjective.Named($"money {draw.Share()}").Value(CostMatrix.Of(worth[0], worth[1], worth[2], worth[3])).Against(policy),
                    draw.Of([-5_000m, 0m, 100m]), draw.Of<double?>([null, Confidence.None]));
                break;
            default:
                double mostly = draw.Of([0.5, 1.0]);
                gate.RequireData(DataContract.ForColumns($"c{draw.Below(1_000_000)}").Column(draw.Of(["x", "g", "nobody"]), c => c.Required(mostly)));
                break;
        }
    }
}
