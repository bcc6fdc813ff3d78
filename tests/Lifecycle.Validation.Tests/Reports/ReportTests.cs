using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using Lifecycle.Validation.Tests.Gates;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Validation.Tests.Reports;

public partial class ReportTests
{
    private static readonly Digest Model = Digest.Of("model"u8);

    private static EvaluationContext Context => new() { Time = new FakeTimeProvider(Samples.Noon), Actor = new NamedActor("ada") };

    private static Gate Gate { get; } = Validation.Gate.For("mortgage")
        .Require(Metric.Accuracy, atLeast: 0.60)
        .Require(Metric.AreaUnderRoc, atLeast: 0.60)
        .Require(Metric.Precision, atLeast: 0.61).AsAdvisory()
        .RequireFair(["race", "sex"], FairnessMetric.DemographicParityDifference, atMost: 0.10)
        .RequireNotWorse(Metric.Accuracy, 0.01)
        .RequireCustom("own check", _ => throw new FormatException("no"))
        .WhenNoBaseline(FirstRun.ValueLimitsOnly)
        .Build(new FakeTimeProvider(Samples.Noon.AddDays(-1)));

    private static ValueTask<GateReport> Evaluate() =>
        Gate.EvaluateAsync(Compas.RaceAndSex.Meaning("rearrested"), new GateSubject(Model, "sha256:abc", "md5:x"), context: Context);

    private static string Evaluation(GateReport report)
    {
        using JsonDocument document = JsonDocument.Parse(report.ToJson());
        return document.RootElement.GetProperty("evaluation").GetRawText();
    }

    [Fact]
    public async Task Evaluation_DependsOnInputsOnly()
    {
        string first = Evaluation(await Evaluate());
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            other.NumberFormat.NumberDecimalSeparator = ",";
            other.NumberFormat.NumberGroupSeparator = ".";
            other.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = other;
            Assert.Equal(first, Evaluation(await Evaluate()));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        GateReport reseeded = await Gate.EvaluateAsync(Compas.RaceAndSex, null, context: Context with { Options = new ValidationOptions { Seed = 5 } });
        Assert.NotEqual(first, Evaluation(reseeded));
    }

    [Fact]
    public async Task WhatIsCut_IsWhatHolds()
    {
        string[] groups = [.. Enumerable.Range(0, 4_000).Select(i => $"g{i / 40:000}")];
        bool[] labels = [.. groups.Select((g, i) => i % 2 == 0)];
        bool[] decisions = [.. groups.Select((g, i) => g is "g098" ? i % 2 != 0 : i % 2 == 0)];
        GateReport report = await Gate.For("slices").OnEverySlice("group", 0, g => g.Require(Metric.Accuracy, atLeast: 0.5)).EvaluateAsync(EvaluationSet.Of(labels, decisions).Attribute("group", groups));
        Assert.Contains("\n| Fail | group=g098", report.ToMarkdown(maxBytes: 2_000), StringComparison.Ordinal);
        Assert.StartsWith("| Pass | group=g000", report.ToMarkdown().Split('\n')[8], StringComparison.Ordinal);
        Assert.Contains("Fail         group=g098: Accuracy at least 0.5", Assert.Throws<GateNotPassedException>(report.EnsurePassed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BadgesOnDark_AreDarkOnLight()
    {
        string html = (await Evaluate()).ToHtml();
        int light = html.IndexOf(".lc-gate .v{", StringComparison.Ordinal), dark = html.IndexOf(".lc-gate span.v{color:#10161c}", StringComparison.Ordinal);
        Assert.True(dark > 0 && light > dark, "the rule for dark pages comes first and must outrank the other one");
    }

    [Fact]
    public async Task Envelope_SaysWhoAndWhen()
    {
        using JsonDocument document = JsonDocument.Parse((await Evaluate()).ToJson());
        JsonElement envelope = document.RootElement.GetProperty("envelope");
        Assert.Equal("lifecycle.gate-report/1", document.RootElement.GetProperty("schema").GetString());
        Assert.Equal(("ada", Samples.Noon), (envelope.GetProperty("actor").GetString(), envelope.GetProperty("createdAt").GetDateTimeOffset()));
        Assert.Equal('7', envelope.GetProperty("id").GetString()![12]);
        Assert.Equal(6, envelope.GetProperty("seconds").GetArrayLength());
    }

    [Fact]
    public async Task AStoredReport_IsReadBack()
    {
        GateReport report = await Evaluate();
        GateReport read = GateReport.FromJson(report.ToJson());
        Assert.Equal(report.Digest, read.Digest);
        Assert.Equal((report.Verdict, report.ExitCode, report.Passed), (read.Verdict, read.ExitCode, read.Passed));
        Assert.Equal(report.Findings.Select(f => f.Message), read.Findings.Select(f => f.Message));
        Assert.Equal(JsonWriter.Write(report), JsonWriter.Write(read));
        Assert.Equal(report.ToMarkdown(), read.ToMarkdown());
        Assert.Equal(report.ToHtml(), read.ToHtml());
    }

    [Fact]
    public async Task AReportOfBeforeMetricsWereNamed_IsReadBack()
    {
        GateReport report = await Evaluate();
        string before = MetricNames().Replace(Encoding.UTF8.GetString(report.ToJson()), "");
        GateReport read = GateReport.FromJson(Encoding.UTF8.GetBytes(before));
        Assert.All(read.Findings, f => Assert.Null(f.Metric));
        Assert.Equal(report.Verdict, read.Verdict);
    }

    [GeneratedRegex("\"metric\":\"[A-Za-z]+\",(?=\"verdict)")]
    private static partial Regex MetricNames();

    [Theory]
    [InlineData("{}")]
    [InlineData("nonsense")]
    [InlineData("""{"schema":"lifecycle.gate-report/2"}""")]
    [InlineData("""{"schema":"lifecycle.gate-report/1","envelope":{},"evaluation":{}}""")]
    [InlineData("""{"schema":"lifecycle.gate-report/1","envelope":3,"evaluation":[]}""")]
    public void WrongJson_IsTold(string json) => Assert.Throws<FormatException>(() => GateReport.FromJson(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public async Task Evidence_NamesTheModel_OrThereIsNone()
    {
        GateReport report = await Evaluate();
        Evidence evidence = report;
        Assert.Equal(new Evidence("gate", report.Digest, Model, EvidenceVerdict.Failed, Samples.Noon, "ada"), evidence);
        GateReport nameless = await Gate.EvaluateAsync(Compas.RaceAndSex);
        Assert.Contains("GateSubject", Assert.Throws<InvalidOperationException>(() => (Evidence)nameless).Message, StringComparison.Ordinal);
        GateReport passed = await Validation.Gate.For("g").Require(Metric.Accuracy, atLeast: 0.5).EvaluateAsync(Compas.RaceAndSex, new GateSubject(Model));
        Assert.Equal(EvidenceVerdict.Passed, passed.ToEvidence().Verdict);
        passed.EnsurePassed();
    }

    [Fact]
    public async Task EnsurePassed_ThrowsAReadableTable()
    {
        GateReport report = await Evaluate();
        GateNotPassedException error = Assert.Throws<GateNotPassedException>(report.EnsurePassed);
        string[] lines = error.Message.Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Contains("'mortgage' did not pass: Fail", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("Precision", error.Message, StringComparison.Ordinal);
        Assert.Equal((2, report), (error.ExitCode, error.Report));
    }

    [Fact]
    public async Task JUnit_IsReadByAnXmlReader()
    {
        using XmlReader reader = XmlReader.Create(new MemoryStream((await Evaluate()).ToJUnit()));
        Assert.True(reader.ReadToFollowing("testsuite"));
        Assert.Equal(("mortgage", "6", "2", "1", "2"), (
            reader.GetAttribute("name"), reader.GetAttribute("tests"), reader.GetAttribute("failures"), reader.GetAttribute("errors"), reader.GetAttribute("skipped")));
        Assert.Matches(@"^\d+\.\d{6}$", reader.GetAttribute("time")!);
        Assert.Equal("2026-03-01T12:00:00", reader.GetAttribute("timestamp"));
        List<string> elements = [];
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                elements.Add(reader.Name == "testcase" ? reader.GetAttribute("name")! : $"{reader.Name}:{reader.GetAttribute("type")}");
            }
        }

        Assert.Equal(
            [
                "Accuracy at least 0.6", "AreaUnderRoc at least 0.6", "failure:Fail", "Precision at least 0.61", "skipped:",
                "DemographicParityDifference by race x sex at most 0.1", "failure:Fail", "Accuracy not worse than the baseline by more than 0.01", "skipped:", "own check", "error:Fail",
            ], elements);
    }

    [Fact]
    public async Task Files_AreWrittenWhole()
    {
        string folder = Path.Combine(Path.GetTempPath(), LifecycleId.New(TimeProvider.System).ToString("N"), "out");
        try
        {
            GateReport report = await Evaluate();
            IReadOnlyList<string> files = await report.SaveAsync(folder, ReportFormat.Json | ReportFormat.Html | ReportFormat.JUnit | ReportFormat.Markdown);
            Assert.Equal(["mortgage.html", "mortgage.json", "mortgage.junit.xml", "mortgage.md"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.Equal(4, files.Count);
            Assert.Equal(report.Digest, Digest.Of(await File.ReadAllBytesAsync(Path.Combine(folder, "mortgage.json"))));
            Assert.Single(await report.SaveAsync(folder, ReportFormat.Json));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => report.SaveAsync(folder, ReportFormat.Json, new CancellationToken(true)).AsTask());
            Assert.Equal(4, Directory.GetFiles(folder).Length);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
        }
    }

    [Fact]
    public async Task Markdown_IsCutAtARow()
    {
        EvaluationSet set = EvaluationSet.Of(new bool[3000], (bool[])[.. Enumerable.Range(0, 3000).Select(i => i % 3 == 0)]).Attribute("town", Enumerable.Range(0, 3000).Select(i => $"town {i % 300:000}"));
        GateReport report = await Validation.Gate.For("g").RequireFair("town", FairnessMetric.DemographicParityDifference, 1).EvaluateAsync(set);
        string text = report.ToMarkdown(5_000);
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 4_000, 5_000);
        Assert.Matches(@"\n\d+ more, see JSON\n$", text);
        Assert.DoesNotContain("more, see JSON", report.ToMarkdown(), StringComparison.Ordinal);
        Assert.Contains("undefined (NoPositives)", report.ToMarkdown(), StringComparison.Ordinal);
    }
}
