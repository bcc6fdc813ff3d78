using System.Text.Json;
using System.Xml;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Drift.Tests;

public sealed class ReportTests
{
    private static readonly DriftReport Cps = ReferenceProfile.From(CpsTable.Batch("1992")).Check(CpsTable.Batch("2004"));

    private static readonly string[] Hostile =
    [
        "<script>alert(1)</script>", "\" onload=\"x", "'&amp;", "</style></section>", "\u202egnp.exe", "a\0b", "\ud800lone", "javascript:alert(1)",
        "line\nbreak", "]]>", "<!--",
    ];

    [Fact]
    public void The_same_findings_give_the_same_bytes()
    {
        DriftReport again = ReferenceProfile.From(CpsTable.Batch("1992")).Check(CpsTable.Batch("2004"));
        Assert.Equal(Cps.ToJson(), again.ToJson());
        Assert.Equal(Cps.ToHtml(), again.ToHtml());
        Assert.Equal(Cps.Digest, again.Digest);
    }

    [Fact]
    public void Json_goes_round()
    {
        DriftReport back = DriftReport.Parse(Cps.ToUtf8Json());
        Assert.Equal(Cps.ToJson(), back.ToJson());
        Assert.Equal(Cps.ToHtml(), back.ToHtml());
        Assert.Equal(Cps["earnings"].LogPValue, back["earnings"].LogPValue);
        Assert.Throws<FormatException>(() => DriftReport.Parse("{\"schema\":\"other\",\"reference\":\"\",\"columns\":[],\"quality\":[]}"u8));
        Assert.Throws<FormatException>(() => DriftReport.Parse("nonsense"u8));
    }

    [Fact]
    public void Json_has_the_fields_of_its_schema()
    {
        using JsonDocument json = JsonDocument.Parse(Cps.ToUtf8Json());
        Assert.Equal("lifecycle.drift-report/1", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal(
            ["schema", "reference", "referenceRows", "rows", "alpha", "correction", "hasDrift", "columns", "quality"],
            json.RootElement.EnumerateObject().Select(p => p.Name));
        JsonElement earnings = json.RootElement.GetProperty("columns")[0];
        Assert.Equal("Drift", earnings.GetProperty("verdict").GetString());
        Assert.Equal(32, earnings.GetProperty("bars").GetArrayLength());
        foreach (string name in (string[])
            [
                "column", "role", "kind", "verdict", "logPValue", "logAdjustedPValue", "keys", "effect", "effectValue", "effectFloor", "populationStabilityIndex",
                "populationStabilityIndexCorrected", "hellinger", "cramersV", "chiSquare", "kolmogorovSmirnov", "wasserstein", "wassersteinInStandardDeviations",
                "probabilityOfGreater", "reference", "current", "severity",
            ])
        {
            Assert.True(earnings.TryGetProperty(name, out _), name);
        }
    }

    [Fact]
    public void Bars_are_shares()
    {
        Assert.All(Cps.Columns, c =>
        {
            Assert.Equal(1, c.Bars.Sum(b => b.Reference), 1e-9);
            Assert.Equal(1, c.Bars.Sum(b => b.Current), 1e-9);
        });
    }

    [Fact]
    public void The_page_is_well_formed_and_holds_no_script_and_no_address()
    {
        DriftReport hostile = HostileReport();
        string html = hostile.ToHtml();
        foreach (string page in (string[])[html, Cps.ToHtml()])
        {
            Assert.Contains("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">", page, StringComparison.Ordinal);
            List<string> elements = [], attributes = [];
            Read(page, elements, attributes);
            Assert.DoesNotContain("script", elements);
            Assert.Subset(
                new HashSet<string> { "html", "head", "meta", "title", "style", "body", "section", "h1", "h2", "h3", "p", "b", "br", "span", "table", "thead", "tbody", "tr", "th", "td", "svg", "path", "g", "rect", "text" },
                elements.ToHashSet());
            Assert.DoesNotContain(attributes, a => a.StartsWith("on", StringComparison.Ordinal) || a is "href" or "src" or "style");
            Assert.DoesNotContain("http:", page.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("url(", page, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain("\u202e", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.Contains("▲ Drift", Cps.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("◆ Slight", Cps.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("● Stable", Cps.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fragment_is_one_section()
    {
        string fragment = Cps.ToHtmlFragment();
        Assert.StartsWith("<section class=\"ldr\">", fragment, StringComparison.Ordinal);
        Assert.EndsWith("</section>", fragment, StringComparison.Ordinal);
        Assert.DoesNotContain("<html", fragment, StringComparison.Ordinal);
        Assert.Contains(fragment, Cps.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Thousand_column_report_is_under_one_megabyte_without_script()
    {
        double[] then = Samples.Normal(400, 1);
        ColumnBatch Wide(double shift) => new(
            Enumerable.Range(0, 1000).Select(c => BatchColumn.Of<double>($"column number {c}", then.Select(v => v + shift * c / 1000 + v * v * c / 5000).ToArray())));
        string html = ReferenceProfile.From(Wide(0)).Check(Wide(0.7)).ToHtml();
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(html), 100_000, 1_000_000);
    }

    [Fact]
    public async Task The_file_is_whole_or_not_there()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "drift.html");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Cps.SaveHtmlAsync(path, new CancellationToken(true)));
        Assert.Empty(Directory.GetFiles(folder.Path));
        await Cps.SaveHtmlAsync(path);
        Assert.Equal(Cps.ToHtml(), await File.ReadAllTextAsync(path));
    }

    [Fact]
    public void The_console_table_has_no_control_characters()
    {
        string text = HostileReport().ToString();
        Assert.DoesNotContain(text, c => char.IsControl(c) && c is not ('\n' or '\r'));
    }

    private static DriftReport HostileReport()
    {
        double[] x = Samples.Normal(300, 2);
        ColumnBatch Batch(double shift, string[] labels) => new(
        [
            .. Hostile.Select(name => BatchColumn.Of<double>(name, x.Select(v => v + shift).ToArray())),
            BatchColumn.Of<string>("labels", Enumerable.Range(0, 300).Select(i => labels[i % labels.Length]).ToArray()),
        ]);
        return ReferenceProfile.From(Batch(0, Hostile)).Check(Batch(2, [.. Hostile.Skip(4), "<b>new</b>"]));
    }

    private static void Read(string html, List<string> elements, List<string> attributes)
    {
        string xml = html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal).Replace("<br>", "<br/>", StringComparison.Ordinal);
        xml = System.Text.RegularExpressions.Regex.Replace(xml, "<meta ([^>]*)>", "<meta $1/>");
        using XmlReader reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                elements.Add(reader.Name);
                while (reader.MoveToNextAttribute())
                {
                    attributes.Add(reader.Name);
                }
            }
        }
    }
}
