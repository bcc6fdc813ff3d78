using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using Lifecycle.Validation.Tests.Gates;

namespace Lifecycle.Validation.Tests.Reports;

/// <summary>Names of groups come from data; whatever they hold, a report stays a report.</summary>
public partial class HostileNameTests
{
    public static TheoryData<string> Names =>
    [
        "<script>alert(1)</script>", "a|b`c", "@team", "line\r\nbreak\u2028x", "nul\0x", "\uD800lone", "\u202Ertl", "\"'&<>", "[link](javascript:x)", "https://evil.example", "www.evil.example", "../../etc/passwd", "]]>", new string('x', 1_000_000), "**bold** _it_ #h", "{{7*7}}",
    ];

    private static string Text(JsonDocument sarif) =>
        string.Concat(sarif.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Select(r => r.GetProperty("message").GetProperty("text").GetString()));

    private static async Task<GateReport> Report(string name) => await Gate.For("g")
        .RequireFair("group", FairnessMetric.DemographicParityDifference, 0.1)
        .RequireCustom("about " + (name.Length > 300 ? "long" : name), _ => new CustomFinding(Verdict.Fail, name))
        .EvaluateAsync(Compas.Make([([name], 50, 50, 50, 50), (["plain"], 90, 10, 90, 10)], "group"));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task EveryFormat_StaysWellFormed(string name)
    {
        GateReport report = await Report(name);
        using JsonDocument document = JsonDocument.Parse(report.ToJson());
        string?[] groups = [.. document.RootElement.GetProperty("evaluation").GetProperty("groups")[0].GetProperty("groups").EnumerateArray().Select(g => g.GetProperty("group").GetString())];
        Assert.Contains(Grouping.Key([name]).Replace('\uD800', '\uFFFD'), groups);

        using XmlReader reader = XmlReader.Create(new MemoryStream(report.ToJUnit()));
        while (reader.Read())
        {
        }

        string html = report.ToHtml();
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\0', html);
        Assert.True(html.Length < 3_000_000);
        Assert.All(Tags().Matches(html), m => Assert.Contains(m.Groups[1].Value, (string[])["!DOCTYPE", "html", "head", "meta", "title", "body", "section", "style", "h2", "h3", "p", "br", "small", "table", "thead", "tbody", "tr", "th", "td", "span", "bdi", "b", "div", "svg", "line", "circle", "text"]));
        Assert.Contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        Assert.DoesNotContain("href=", html, StringComparison.Ordinal);

        string[] rows = [.. report.ToMarkdown(maxBytes: 10_000_000).Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal))];
        Assert.Equal(1 + 2 + 1 + 3, rows.Length);
        Assert.All(rows.Take(3), r => Assert.Equal(4, r.Count(c => c == '|')));
        string outside = string.Concat(rows[1..3]);
        Assert.DoesNotContain('<', outside);
        Assert.DoesNotContain('`', outside);
        Assert.DoesNotContain('@', outside);
        Assert.DoesNotContain("](", outside, StringComparison.Ordinal);
        Assert.DoesNotContain("://", outside, StringComparison.Ordinal);
        Assert.True(report.Findings[0].Message.Length < 1_500);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Slices_Sarif_AndCards_StayWellFormed(string name)
    {
        GateReport report = await Gate.For("g").OnEverySlice("group", 0, g => g.Require(Metric.Accuracy, atLeast: 0.5))
            .OnSlice(name, Slice.Equal("group", "plain"), g => g.Require(Metric.Accuracy, atLeast: 0.5))
            .EvaluateAsync(Compas.Make([([name], 50, 50, 50, 50), (["plain"], 90, 10, 90, 10)], "group"));
        Assert.Equal(3, report.Findings.Count);
        using JsonDocument sarif = JsonDocument.Parse(report.ToSarif());
        Assert.All(sarif.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray(), r => Assert.InRange(r.GetProperty("message").GetProperty("text").GetString()!.Length, 1, 2_000));
        using XmlReader reader = XmlReader.Create(new MemoryStream(report.ToJUnit()));
        while (reader.Read())
        {
        }

        Assert.DoesNotMatch(@"(?<!\\)\[[^\]]*\]\(", Text(sarif));
        Assert.All(report.ToMarkdown().Split('\n'), l => Assert.DoesNotContain("www.", l, StringComparison.Ordinal));
        ModelCard card = new() { Name = name, Report = report, Owners = [new ModelOwner(name, name)], Users = [name], Risks = [new ModelRisk(name)], License = name, Data = [new ModelDataset(name, name, [name])] };
        using JsonDocument json = JsonDocument.Parse(card.ToJson());
        string[] lines = card.ToMarkdown().Split('\n');
        int end = Array.IndexOf(lines, "---", 1);
        Assert.All(lines[1..end], l => Assert.Matches("^( *- |  *|)[a-z-]+:( (\"[^\"]*\"|[0-9.E-]+|\\[\\]))?$", l));
        string body = string.Concat(lines[end..]);
        Assert.DoesNotContain('<', body);
        Assert.DoesNotContain("](", body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", report.ToHtml(), StringComparison.OrdinalIgnoreCase);
        Assert.All(report.ToMarkdown(10_000_000).Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Take(4), r => Assert.Equal(4, r.Count(c => c == '|')));
    }

    [Fact]
    public async Task LongNames_AreCut_WithAHash()
    {
        string html = (await Report(new string('x', 1_000_000))).ToHtmlFragment();
        Assert.Matches("x{200}\\.\\.\\.#[0-9a-f]{8}<", html);
    }

    [GeneratedRegex("<(?!/)(!?[A-Za-z0-9]+)")]
    private static partial Regex Tags();
}
