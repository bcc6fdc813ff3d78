using System.Text;
using System.Text.Json;
using Lifecycle.Validation.Tests.Gates;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Validation.Tests.Reports;

/// <summary>The rules of SARIF 2.1.0 (sections 3.14, 3.18, 3.27) that a result file must keep.</summary>
public class SarifTests
{
    private static ValueTask<GateReport> Evaluate() => Gate.For("mortgage")
        .Require(Metric.Accuracy, atLeast: 0.60)
        .Require(Metric.Accuracy, atLeast: 0.99)
        .Require(Metric.Precision, atLeast: 0.61)
        .Require(Metric.TruePositiveRate, atLeast: 0.99).AsAdvisory()
        .RequireNotWorse(Metric.Accuracy, 0.01)
        .OnEverySlice("race", 100, g => g.Require(Metric.Accuracy, atLeast: 0.5))
        .WhenNoBaseline(FirstRun.ValueLimitsOnly)
        .Build(new FakeTimeProvider(Samples.Noon))
        .EvaluateAsync(Compas.RaceAndSex, null, context: new EvaluationContext { Time = new FakeTimeProvider(Samples.Noon), Actor = new NamedActor("ada") });

    [Fact]
    public async Task Sarif_ValidatesAgainstSchema_LevelNoneUnlessFail()
    {
        using JsonDocument document = JsonDocument.Parse((await Evaluate()).ToSarif());
        JsonElement root = document.RootElement;
        Assert.Equal("2.1.0", root.GetProperty("version").GetString());
        JsonElement run = Assert.Single(root.GetProperty("runs").EnumerateArray());
        JsonElement driver = run.GetProperty("tool").GetProperty("driver");
        Assert.Equal("Lifecycle", driver.GetProperty("name").GetString());
        string[] rules = [.. driver.GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("id").GetString()!)];
        Assert.Equal(rules.Length, rules.Distinct().Count());
        Assert.All(driver.GetProperty("rules").EnumerateArray(), r => Assert.NotEmpty(r.GetProperty("shortDescription").GetProperty("text").GetString()!));
        string[] kinds = ["notApplicable", "pass", "fail", "review", "open", "informational"];
        string?[] fingerprints = [.. run.GetProperty("results").EnumerateArray().Select(r =>
        {
            string kind = r.GetProperty("kind").GetString()!, level = r.GetProperty("level").GetString()!;
            Assert.Contains(kind, kinds);
            Assert.Equal(kind == "fail", level != "none");
            Assert.Equal(r.GetProperty("ruleId").GetString(), rules[r.GetProperty("ruleIndex").GetInt32()]);
            Assert.NotEmpty(r.GetProperty("message").GetProperty("text").GetString()!);
            Assert.True(Uri.IsWellFormedUriString(r.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString(), UriKind.RelativeOrAbsolute));
            string[] known = ["ruleId", "ruleIndex", "kind", "level", "message", "locations", "partialFingerprints", "properties"];
            Assert.All(r.EnumerateObject(), p => Assert.Contains(p.Name, known));
            return r.GetProperty("partialFingerprints").GetProperty("gateRequirementSlice/v1").GetString();
        })];
        Assert.Equal(fingerprints.Length, fingerprints.Distinct().Count());
        Assert.Equal(
            ["fail/error", "review/none", "fail/warning", "notApplicable/none", "notApplicable/none", "pass/none", "pass/none", "pass/none", "pass/none", "pass/none"],
            run.GetProperty("results").EnumerateArray().Select(r => $"{r.GetProperty("kind").GetString()}/{r.GetProperty("level").GetString()}"));
    }

    [Fact]
    public async Task CodeScanning_ShowsWhatIsOpen()
    {
        GateReport report = await Evaluate();
        using JsonDocument document = JsonDocument.Parse(report.ToSarif(SarifProfile.CodeScanning, "gates/my gate.json"));
        JsonElement[] results = [.. document.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()];
        Assert.Equal(["error", "warning", "warning"], results.Select(r => r.GetProperty("level").GetString()));
        Assert.All(results, r => Assert.False(r.TryGetProperty("kind", out _)));
        Assert.All(results, r => Assert.Equal("gates/my%20gate.json", r.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString()));
    }

    [Fact]
    public async Task AllFormats_DependOnInputsOnly()
    {
        GateReport first = await Evaluate(), second = await Evaluate();
        Assert.Equal(first.ToSarif(), second.ToSarif());
        Assert.Equal(first.ToMarkdown(), second.ToMarkdown());
        Assert.Equal(first.ToHtml(), second.ToHtml());
        ModelCard card = new() { Name = "m", Report = first };
        Assert.Equal(card.ToJson(), (card with { Report = second }).ToJson());
        Assert.Equal(first.ToSarif(), GateReport.FromJson(first.ToJson()).ToSarif());
    }

    [Fact]
    public async Task TwoHundredThousandFindings_StayWithinLimits()
    {
        GateReport small = await Evaluate();
        GateReport report = GateReport.FromJson(small.ToJson());
        Finding[] many = [.. Enumerable.Range(0, 200_000).Select(i => report.Findings[i % report.Findings.Count] with { Slice = $"slice {i}" })];
        GateReport large = report.With(many);
        Assert.InRange(Encoding.UTF8.GetByteCount(large.ToMarkdown()), 900_000, 1_000_000);
        string html = large.ToHtml();
        Assert.InRange(html.Length, 1_000_000, 10_000_000);
        Assert.Contains("195,000 more, see JSON", html, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(large.ToSarif());
        JsonElement run = document.RootElement.GetProperty("runs")[0];
        Assert.Equal(5_000, run.GetProperty("results").GetArrayLength());
        Assert.Equal(195_000, run.GetProperty("properties").GetProperty("omittedResults").GetInt32());
        Assert.All(run.GetProperty("results").EnumerateArray(), r => Assert.Equal("error", r.GetProperty("level").GetString()));
    }

    [Fact]
    public async Task BracesAndLinks_AreText()
    {
        GateReport report = await Gate.For("g").RequireCustom("{0} [a](b)", _ => new CustomFinding(Verdict.Fail, "{x}")).EvaluateAsync(Compas.RaceAndSex);
        using JsonDocument document = JsonDocument.Parse(report.ToSarif());
        Assert.Equal("{{0}} \\[a](b). {{x}}", document.RootElement.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("message").GetProperty("text").GetString());
    }
}
