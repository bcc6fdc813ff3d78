using System.Text;
using System.Xml.Linq;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Drift.Tests;

public sealed class ReportTests
{
    private static readonly DriftReport Cps = ReportSamples.Cps;

    [Fact]
    public void The_same_findings_give_the_same_bytes()
    {
        DriftReport again = ReportSamples.CheckCps();
        Assert.Equal(Cps.ToJson(), again.ToJson());
        Assert.Equal(Cps.ToHtml(), again.ToHtml());
        Assert.Equal(Cps.Digest, again.Digest);
        Assert.Equal(ReportSamples.Full().ToHtml(), ReportSamples.Full().ToHtml());
        Assert.Equal(ReportSamples.Full().ToJson(), ReportSamples.Full().ToJson());
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
    public void Bars_far_from_zero_have_ends_that_differ()
    {
        double[] x = [.. Samples.Normal(2000, 3).Select(v => 1e9 + v)];
        ColumnFinding finding = DriftCheck.Compare(x, [.. x.Select(v => v + 1)]);
        Assert.Equal(32, finding.Bars.Select(b => b.Label).Distinct().Count());
    }

    [Fact]
    public void The_page_is_valid_and_holds_no_script_and_no_address()
    {
        HtmlRules.CheckPage(Cps.ToHtml());
        HtmlRules.CheckPage(ReportSamples.Full().ToHtml());
        HtmlRules.CheckPage(new DriftReport { Reference = Cps.Reference }.ToHtml());
        string html = ReportSamples.HostileReport().ToHtml();
        HtmlRules.CheckPage(html);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdicts_are_words_and_shapes()
    {
        string html = Cps.ToHtml();
        Assert.Contains("▲ Drift, major", html, StringComparison.Ordinal);
        Assert.Contains("◆ Slight", html, StringComparison.Ordinal);
        Assert.Contains("● Stable", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_head_says_what_drifted_in_plain_words()
    {
        XElement page = HtmlRules.CheckPage(Cps.ToHtml());
        XElement head = page.Descendants("div").First(d => (string?)d.Attribute("class") == "ban d");
        Assert.Equal("▲ 1 of 4 columns drifted", head.Elements("p").First().Value);
        string item = Assert.Single(head.Descendants("li")).Value;
        Assert.StartsWith("earnings higher: mean 11.63 → 16.77 USD an hour (+44.2 %)", item, StringComparison.Ordinal);
        Assert.EndsWith("a new value exceeds an old one in 69 % of pairs", item, StringComparison.Ordinal);
        Assert.Equal("Columns by verdict: 1 Drift, 2 Slight, 1 Stable", page.Descendants("svg").First().Element("title")!.Value);
        Assert.Contains("Changed beyond chance and too little to matter: degree, age.", head.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_has_all_columns_worst_first_and_tiny_p_values_as_powers()
    {
        XElement page = HtmlRules.CheckPage(Cps.ToHtml());
        XElement table = page.Descendants("table").First();
        Assert.Equal(Cps.Columns.Select(c => c.Column), table.Element("tbody")!.Elements("tr").Select(r => r.Element("th")!.Value));
        XElement earnings = table.Element("tbody")!.Elements("tr").First();
        Assert.Equal(["0.479", "10−391.6", "0.925", "0.693", "7,6027,986", "0 %0 %"], earnings.Elements("td").Skip(2).Select(d => d.Value));
        Assert.Equal("−391.6", earnings.Descendants("sup").Single().Value);
        Assert.All(table.Element("tbody")!.Elements("tr"), r => Assert.Single(r.Descendants("svg")));
    }

    [Fact]
    public void Figures_have_axes_with_units_and_labels()
    {
        XElement page = HtmlRules.CheckPage(Cps.ToHtml());
        XElement[] figures = [.. page.Descendants("figure")];
        Assert.Equal(4, figures.Length);
        string[] earnings = [.. figures[0].Descendants("text").Select(t => t.Value)];
        Assert.Contains("earnings, USD an hour", earnings);
        Assert.Superset(new HashSet<string> { "10", "20", "30", "40", "0 %", "10 %" }, earnings.ToHashSet());
        string[] degree = [.. figures[1].Descendants("text").Select(t => t.Value)];
        Assert.Equal(["highschool", "61.0 → 54.4 %", "bachelor", "39.0 → 45.6 %"], degree);
    }

    [Fact]
    public void A_fragment_is_one_section_whose_headings_fit_in()
    {
        string fragment = Cps.ToHtmlFragment(3);
        Assert.StartsWith("<section class=\"ldr\"><style>", fragment, StringComparison.Ordinal);
        Assert.EndsWith("</section>", fragment, StringComparison.Ordinal);
        XElement section = HtmlRules.Check(fragment);
        Assert.Empty(section.Descendants("h2"));
        Assert.NotEmpty(section.Descendants("h3"));
        HtmlRules.Check($"<div>{Cps.ToHtmlFragment()}{ReportSamples.HostileReport().ToHtmlFragment()}</div>");
        Assert.Throws<ArgumentOutOfRangeException>(() => Cps.ToHtmlFragment(1));
    }

    [Fact]
    public void Thousand_column_report_is_under_one_megabyte_without_script()
    {
        double[] then = Samples.Normal(400, 1);
        ColumnBatch Wide(double shift) => new(
            Enumerable.Range(0, 1000).Select(c => BatchColumn.Of<double>($"column number {c}", then.Select(v => v + shift * c / 1000 + v * v * c / 5000).ToArray())));
        string html = ReferenceProfile.From(Wide(0)).Check(Wide(0.7)).ToHtml();
        Assert.InRange(Encoding.UTF8.GetByteCount(html), 100_000, 1_000_000);
        HtmlRules.CheckPage(html);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('"')]
    [InlineData(0x1F600)]
    [InlineData(0)]
    public void A_thousand_columns_with_names_of_any_length_stay_under_one_megabyte(int letter)
    {
        DriftReport wide = ReportSamples.WideHostile(char.ConvertFromUtf32(letter));
        string html = wide.Page().With(ReportSamples.Performance(500, wide.Columns[0].Column)).With(ReportSamples.Alerts(wide.Columns[0].Column))
            .With(ReportSamples.Windows(200, wide.Columns[0].Column)).ToHtml();
        Assert.InRange(Encoding.UTF8.GetByteCount(html), 100_000, 1_000_000);
        XElement page = HtmlRules.CheckPage(html);
        Assert.Equal(1000, page.Descendants("table").First().Element("tbody")!.Elements("tr").Count());
        Assert.Equal(50, page.Descendants("figure").Count(f => (string?)f.Attribute("class") == "card"));
    }

    [Fact]
    public void Names_of_a_megabyte_are_cut_in_the_middle()
    {
        string name = "start " + new string('ä', 1_000_000) + " end";
        string cut = MarkupText.Name(name, 60);
        Assert.InRange(Encoding.UTF8.GetByteCount(cut), 40, 60);
        Assert.StartsWith("start ", cut, StringComparison.Ordinal);
        Assert.EndsWith(" end", cut, StringComparison.Ordinal);
        Assert.Equal("short &lt;name&gt;", MarkupText.Name("short <name>", 60));
        Assert.Equal("\uFFFD\uFFFD", MarkupText.Name("\ud800\u202e", 60));
        ColumnBatch batch = new([BatchColumn.Of<double>(new string('ä', 500), Samples.Normal(300, 2)), BatchColumn.Of<string>("labels", Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? name : $"{i % 2}").ToArray())]);
        DriftReport report = ReferenceProfile.From(batch).Check(batch);
        Assert.InRange(report.ToHtml().Length, 1000, 60_000);
        HtmlRules.CheckPage(report.ToHtml());
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
        string text = ReportSamples.HostileReport().ToString();
        Assert.DoesNotContain(text, c => char.IsControl(c) && c is not ('\n' or '\r'));
    }
}
