using System.Text;

namespace Lifecycle.Validation.Tests.Gates;

/// <summary>The verb <c>RequireData</c> with every verdict it can give.</summary>
public class DataRequirementTests
{
    private static readonly ColumnContract Contract = DataContract.ForColumns("inputs")
        .Column("income", c => c.Required(mostly: 0.9).Between(0, 1000))
        .Column("sex", c => c.In("f", "m"))
        .Column("label", c => c.Required().When(Stage.Training));

    private static EvaluationSet Set(double worst, string sex = "f", double? second = null) => EvaluationSet.Of([true, false, true, false], [0.9, 0.1, 0.8, 0.2])
        .Attribute("sex", (string?[])["f", "m", sex, "m"]).Feature("income", (double[])[1, second ?? 2, 3, worst]);

    private static async Task<GateReport> Judge(EvaluationSet set, ColumnContract? contract = null) => await Gate.For("g").RequireData(contract ?? Contract).EvaluateAsync(set);

    [Theory]
    [InlineData(4, "f", Verdict.Pass, 0)]
    [InlineData(1001, "f", Verdict.Fail, 11)]
    [InlineData(4, "x", Verdict.Fail, 11)]
    [InlineData(double.NaN, "f", Verdict.Fail, 11)]
    public async Task Contract_PassesOrFails(double worst, string sex, Verdict expected, int exitCode)
    {
        GateReport report = await Judge(Set(worst, sex));
        Assert.Equal((expected, exitCode), (report.Verdict, report.ExitCode));
        Finding finding = Assert.Single(report.Findings);
        Assert.Equal((expected, "data", 4), (finding.Verdict, finding.Kind, finding.Contract!.Findings.Count));
        Assert.Contains("inputs", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABrokenContract_IsMoreUrgentThanAFailedGate_AndLessThanAMissingMetric()
    {
        GateReport failed = await Gate.For("g").RequireData(Contract).Require(Metric.Accuracy, atMost: 0.5).EvaluateAsync(Set(1001));
        Assert.Equal(ExitCode.ContractBroken, failed.ExitCode);
        EvaluationSet decided = EvaluationSet.Of([true, false], (bool[])[true, false]).Attribute("sex", (string?[])["f", "x"]).Feature("income", (double[])[1, 2]);
        Assert.Equal(ExitCode.Missing, (await Gate.For("g").RequireData(Contract).Require(Metric.AreaUnderRoc, atLeast: 0.5).EvaluateAsync(decided)).ExitCode);
        GateReport advisory = await Gate.For("g").RequireData(Contract).AsAdvisory().Require(Metric.Count, atLeast: 1).EvaluateAsync(Set(1001));
        Assert.Equal((Verdict.Fail, 0), (advisory.Findings[0].Verdict, advisory.ExitCode));
    }

    [Fact]
    public async Task BeyondTheKeys_TheGateIsInconclusive()
    {
        ColumnContract unique = DataContract.ForColumns("inputs").Column("income", c => c.Unique());
        EvaluationContext context = new() { Options = new ValidationOptions { MaxTrackedKeys = 2 } };
        GateReport report = await Gate.For("g").RequireData(unique).EvaluateAsync(Set(4), null, context: context);
        Assert.Equal((Verdict.Inconclusive, 12), (report.Verdict, report.ExitCode));
        Assert.Equal(Verdict.Pass, (await Judge(Set(4), unique)).Verdict);
    }

    [Fact]
    public async Task ScoresAndDecisions_AreColumnsToo_WhereTheContractNamesThem()
    {
        ColumnContract scores = DataContract.ForColumns("s").Column("score", c => c.Between(0, 0.85)).Column("prediction", c => c.OfType(ColumnType.Boolean));
        Finding finding = Assert.Single((await Judge(Set(4), scores)).Findings);
        Assert.Equal([0L], finding.Contract!.Findings[0].Rows);
        Assert.Equal(Verdict.Pass, (await Judge(Set(4), DataContract.ForColumns("s").Column("income").Column("sex").Rows(r => r.ColumnsExactly()))).Verdict);
        Finding bare = Assert.Single((await Judge(EvaluationSet.Of([true, false], [0.9, 0.1]), DataContract.ForColumns("s").Column("income", c => c.Required()))).Findings);
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingMetric, ExitCode.Missing), (bare.Verdict, bare.Value!.Value.Reason, bare.ExitCode));
        Assert.Throws<GateDefinitionException>(() => Gate.For("g").RequireData(DataContract.ForColumns("nothing")).Build());
    }

    [Fact]
    public async Task GateAndReport_RoundTripAsJson()
    {
        Gate gate = Gate.For("g").RequireData(Contract).Build();
        Gate read = Gate.FromJson(gate.ToJson());
        Assert.Equal(gate.Digest, read.Digest);
        GateReport report = await read.EvaluateAsync(Set(1001));
        GateReport again = GateReport.FromJson(report.ToJson());
        Assert.Equal(report.Digest, again.Digest);
        Assert.Equal([3L], again.Findings[0].Contract!.Findings.Single(f => f.Kind == "between").Rows);
        Assert.Equal((report.ExitCode, 11), (again.ExitCode, again.ExitCode));
        GateDefinitionException error = Assert.Throws<GateDefinitionException>(() => Gate.FromJson(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(gate.ToJson()).Replace("\"between\"", "\"beside\"", StringComparison.Ordinal))));
        Assert.Contains("$.requirements[0].contract.columns[0].expectations[1].kind 'beside'", error.Message, StringComparison.Ordinal);
        Assert.Contains("inputs", report.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CodeThatThrows_IsAnErrorOfUse()
    {
        ColumnContract contract = DataContract.ForColumns("c").Column("x", c => c.Satisfies((double _) => throw new FormatException("no"), "mine"));
        GateReport report = await Gate.For("g").RequireData(contract).EvaluateAsync(Samples.Scored(100));
        Assert.Equal((Verdict.Fail, ExitCode.Usage), (report.Verdict, report.ExitCode));
        Assert.Contains("mine", report.Findings[0].Message, StringComparison.Ordinal);
    }
}
