using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Lifecycle.Validation.Tests.Gates;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Validation.Tests.Reports;

/// <summary>
/// Every form of version 1, with a finding of every kind. Readers of stored reports rely on these; a change of form needs a new version or must be
/// one that old readers ignore. <c>LIFECYCLE_APPROVE=1</c> writes them anew.
/// </summary>
public partial class GoldenFormsTests
{
    private static readonly Lazy<Task<GateReport>> Report = new(EvaluateAsync);

    public static TheoryData<string> Forms => ["json", "junit.xml", "sarif", "scanning.sarif", "md", "html", "card.json", "card.md", "gate.json"];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Form_IsGolden(string form)
    {
        GateReport report = await Report.Value;
        string written = Write(report, form), path = Path.Combine(Folder(), $"report-1.{form}");
        if (Environment.GetEnvironmentVariable("LIFECYCLE_APPROVE") == "1")
        {
            Directory.CreateDirectory(Folder());
            await File.WriteAllTextAsync(path, written);
        }

        string golden = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "oracles", "forms", $"report-1.{form}"));
        Assert.Equal(Plain(golden), Plain(written));

        // Logarithms of other processors may differ in the last bits, and with them digests; the form may not.
        double[] expected = [.. Numbers().Matches(Digests().Replace(golden, "")).Select(Parse)], found = [.. Numbers().Matches(Digests().Replace(written, "")).Select(Parse)];
        Assert.All(expected.Zip(found), p => Assert.Equal(p.First, p.Second, 1e-9 * Math.Max(1, Math.Abs(p.First))));
    }

    [Fact]
    public async Task GoldenJson_IsReadBack()
    {
        byte[] golden = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "oracles", "forms", "report-1.json"));
        GateReport read = GateReport.FromJson(golden);
        Assert.Equal(golden, JsonWriter.Write(read));
        Assert.Equal((Verdict.Fail, ExitCode.Usage), (read.Verdict, read.ExitCode));
        GateReport live = await Report.Value;
        Assert.Equal((live.ToHtml(), live.ToMarkdown()), (GateReport.FromJson(live.ToJson()).ToHtml(), GateReport.FromJson(live.ToJson()).ToMarkdown()));
        Assert.Equal(RequirementKinds.All.Except(["slice", "everySlice"]).Append("custom").Append("smallSlices").Order(), read.Findings.Select(f => f.Kind).Distinct().Order());
    }

    private static async Task<GateReport> EvaluateAsync()
    {
        EvaluationSet set = Samples.Scored(400, groupShift: -1);
        BusinessObjective objective = BusinessObjective.Named("refuse bad loans").Owner("credit-risk").In("EUR").Value(CostMatrix.Of(0, -500, -1000, 200)).RecordedAt(Samples.Noon.AddDays(-2));
        return await Made(objective).EvaluateAsync(
            set, new GateSubject(Digest.Of("model"u8), "sha256:abc"), Samples.Model(), Baseline.FromScores(Samples.Scored(400, seed: 2).Scores),
            new EvaluationContext { Time = new StoppedTime(Samples.Noon), Actor = new NamedActor("ada") });
    }

    private static Gate Made(BusinessObjective objective) => Gate.For("mortgage")
        .Require(Metric.Accuracy, atLeast: 0.60)
        .Require(Metric.Precision, atLeast: 0.99).AsAdvisory()
        .RequireFair("afam", FairnessMetric.DemographicParityDifference, atMost: 0.10)
        .RequireNotWorse(Metric.Accuracy, 0.01)
        .RequireBetter(Metric.AreaUnderRoc)
        .RequireChange(Metric.F1, atLeast: -0.5)
        .RequireRatioToBaseline(Metric.Accuracy, atLeast: 0.9)
        .RequireEquivalent(Metric.Accuracy, within: 0.5)
        .RequireRatchet(Metric.Accuracy, [0.7, 0.8], slack: 0.1)
        .RequireRobust(Perturbation.Noise(0.05), maxDrop: 0.02)
        .RequireWithstands(new GreedyCoordinateAttack(maxFeatures: 1), maxSuccess: 0.99)
        .RequireValue(objective, 0m)
        .RequireData(DataContract.ForColumns("inputs").Column("x", c => c.Required().Between(-2, 3)))
        .OnSlice("members", Slice.Equal("afam", "yes"), g => g.Require(Metric.Accuracy, atLeast: 0.5))
        .OnEverySlice("afam", 205, g => g.Require(Metric.TruePositiveRate, atLeast: 0.5))
        .RequireCustom("own check", _ => throw new FormatException("no"))
        .Build(new FakeTimeProvider(Samples.Noon.AddDays(-1)));

    private static string Write(GateReport report, string form)
    {
        ModelCard card = new() { Name = "mortgage", Report = report, Owners = [new ModelOwner("credit-risk")], Limitations = ["one market"] };
        return form switch
        {
            "json" => Encoding.UTF8.GetString(report.ToJson()),
            "junit.xml" => Encoding.UTF8.GetString(report.ToJUnit()),
            "sarif" => Encoding.UTF8.GetString(report.ToSarif()),
            "scanning.sarif" => Encoding.UTF8.GetString(report.ToSarif(SarifProfile.CodeScanning, "gates/mortgage.json")),
            "md" => report.ToMarkdown(),
            "html" => report.ToHtml(),
            "card.json" => Encoding.UTF8.GetString(card.ToJson()),
            "card.md" => card.ToMarkdown(),
            _ => Encoding.UTF8.GetString(Made(BusinessObjective.Named("refuse bad loans").Value(CostMatrix.Of(0, -500, -1000, 200)).RecordedAt(Samples.Noon)).ToJson()),
        };
    }

    private static string Plain(string text) => Numbers().Replace(Digests().Replace(text, "digest"), "#");

    private static double Parse(Match match) => double.Parse(match.Value, CultureInfo.InvariantCulture);

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "oracles", "forms");

    [GeneratedRegex(@"-?\d+(\.\d+)?(E[+-]\d+)?")]
    private static partial Regex Numbers();

    [GeneratedRegex("(?<=sha256:|\"id\":\"|v1\":\"|ersion\":\")[0-9a-f.]+")]
    private static partial Regex Digests();

    /// <summary>A clock that stands still, and whose ids do not change.</summary>
    private sealed class StoppedTime(DateTimeOffset now) : TimeProvider
    {
        public override long TimestampFrequency => 1_000;

        public override DateTimeOffset GetUtcNow() => now;

        public override long GetTimestamp() => 0;
    }
}
