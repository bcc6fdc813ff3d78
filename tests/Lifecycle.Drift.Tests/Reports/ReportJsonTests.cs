using System.Text;
using System.Text.Json;
using Json.Schema;

namespace Lifecycle.Drift.Tests;

public sealed class ReportJsonTests
{
    private static readonly DriftReport Cps = ReportSamples.Cps;
    private static readonly JsonSchema Schema = JsonSchema.FromText(File.ReadAllText(Path.Combine(CpsTable.Root(), "docs", "schemas", "drift-report-1.schema.json")));

    public static TheoryData<string> Reports => new("cps", "hostile", "page", "empty", "coarse", "window");

    [Theory]
    [MemberData(nameof(Reports))]
    public void Reports_keep_the_schema(string which)
    {
        using JsonDocument json = JsonDocument.Parse(Json(which));
        EvaluationResults results = Schema.Evaluate(json.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        string[] wrong = [.. (results.Details ?? []).Where(d => d.Errors is { Count: > 0 }).Select(d => $"{d.InstanceLocation}: {string.Join(", ", d.Errors!.Values)}").Take(10)];
        Assert.True(results.IsValid, string.Join('\n', wrong));
    }

    [Fact]
    public void The_schema_refuses_what_is_no_report()
    {
        string json = Cps.ToJson();
        foreach (string broken in (string[])
            [
                json.Replace("\"verdict\":\"Slight\"", "\"verdict\":\"Maybe\"", StringComparison.Ordinal), json.Replace("\"alpha\":0.05", "\"alpha\":5", StringComparison.Ordinal),
                json.Replace("\"cramersV\"", "\"cramers\"", StringComparison.Ordinal), json.Replace("report/1", "report/2", StringComparison.Ordinal), "{}", "[]",
            ])
        {
            Assert.NotEqual(json, broken);
            using JsonDocument document = JsonDocument.Parse(broken);
            Assert.False(Schema.Evaluate(document.RootElement).IsValid);
        }
    }

    [Fact]
    public void Json_goes_round()
    {
        DriftReport back = DriftReport.Parse(Cps.ToUtf8Json());
        Assert.Equal(Cps.ToJson(), back.ToJson());
        Assert.Equal(Cps.ToHtml(), back.ToHtml());
        Assert.Equal(Cps["earnings"].LogPValue, back["earnings"].LogPValue);
        Assert.Equal("USD an hour", back["earnings"].Unit);
        Assert.Throws<FormatException>(() => DriftReport.Parse("{\"schema\":\"other\",\"reference\":\"\",\"columns\":[],\"quality\":[]}"u8));
        Assert.Throws<FormatException>(() => DriftReport.Parse("nonsense"u8));
        string reference = Cps.Reference.ToString();
        foreach ((string columns, string quality) in (ReadOnlySpan<(string, string)>)[("null", "[]"), ("[]", "null"), ("[null]", "[]"), ("[]", "[null]")])
        {
            string damaged = $$"""{"schema":"{{DriftReport.JsonSchema}}","reference":"{{reference}}","columns":{{columns}},"quality":{{quality}}}""";
            Assert.Contains("null", Assert.Throws<FormatException>(() => DriftReport.Parse(Encoding.UTF8.GetBytes(damaged))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_digest_of_the_json_is_the_identity()
    {
        Assert.Equal(Digest.Of(Cps.ToUtf8Json()), Cps.Digest);
        Assert.NotEqual(Cps.Digest, (Cps with { Alpha = 0.01 }).Digest);
        Assert.Contains(Cps.Digest.ToString(), Cps.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_says_what_its_html_shows_and_the_report_comes_out_of_it()
    {
        DriftReportPage page = ReportSamples.Full();
        Assert.Equal(Cps.Digest, DriftReport.Parse(page.ToUtf8Json()).Digest);
        using JsonDocument json = JsonDocument.Parse(page.ToJson());
        JsonElement root = json.RootElement;
        Assert.Equal(
            ["schema", "reference", "referenceRows", "rows", "alpha", "correction", "hasDrift", "columns", "quality", "title", "notes", "others", "performance", "alerts", "windows"],
            root.EnumerateObject().Select(p => p.Name));
        Assert.Equal((40, 8, 30), (root.GetProperty("performance").GetArrayLength(), root.GetProperty("alerts").GetArrayLength(), root.GetProperty("windows").GetArrayLength()));
        Assert.Equal("no predictions", root.GetProperty("performance")[5].GetProperty("metrics")[0].GetProperty("estimated").GetProperty("notDefined").GetString());
        Assert.Equal(Cps.ToJson(), Cps.Page().ToJson());
    }

    [Fact]
    public void Every_number_of_the_table_is_in_the_json()
    {
        using JsonDocument json = JsonDocument.Parse(Cps.ToUtf8Json());
        JsonElement earnings = json.RootElement.GetProperty("columns")[0];
        Assert.Equal(32, earnings.GetProperty("bars").GetArrayLength());
        Assert.Equal(Cps.Columns[0].LogAdjustedPValue, earnings.GetProperty("logAdjustedPValue").GetDouble());
        Assert.Equal(Cps.Columns[0].PopulationStabilityIndexCorrected, earnings.GetProperty("populationStabilityIndexCorrected").GetDouble());
        Assert.Equal(Cps.Columns[0].WassersteinInStandardDeviations, earnings.GetProperty("wassersteinInStandardDeviations").GetDouble());
        Assert.Equal(7986, earnings.GetProperty("current").GetProperty("count").GetInt64());
    }

    private static byte[] Json(string which) => which switch
    {
        "cps" => Cps.ToUtf8Json(),
        "hostile" => ReportSamples.HostileReport().ToUtf8Json(),
        "page" => ReportSamples.Full().ToUtf8Json(),
        "empty" => new DriftReport { Reference = Cps.Reference }.ToUtf8Json(),
        "coarse" => Coarse().ToUtf8Json(),
        _ => (Cps with { Window = new DriftWindow("live", null, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddHours(1)) }).ToUtf8Json(),
    };

    /// <summary>Everything that is seldom: a column too coarse to tell, one that is missing, one of another type, infinities, a declared range.</summary>
    private static DriftReport Coarse()
    {
        double[] x = Samples.Normal(400, 4);
        ColumnFinding coarse = Cps["age"] with { Verdict = DriftVerdict.TooCoarse, Reason = "4096", Doubt = new SketchDoubt(0.01, -20, 0.02, 4096) };
        ReferenceProfile reference = ReferenceProfile.From(
            new ColumnBatch([BatchColumn.Of<double>("a", x), BatchColumn.Of<double>("b", x), BatchColumn.Of<double>("c", x), BatchColumn.Of<string>("d", x.Select(v => v > 0 ? "+" : "-").ToArray())]),
            c => c.Range("a", -10, 10));
        DriftReport report = reference.Check(new ColumnBatch(
        [
            BatchColumn.Of<double>("a", x.Select((v, i) => i % 5 == 0 ? double.NaN : i % 7 == 0 ? double.PositiveInfinity : 30 * v).ToArray()),
            BatchColumn.Of<string>("b", x.Select(_ => "text").ToArray()), BatchColumn.Of<string>("d", x.Select(_ => "new").ToArray()), BatchColumn.Of<double>("e", x),
        ]));
        Assert.InRange(report.Quality.Select(q => q.Rule).Distinct().Count(), 5, 12);
        return report with { Columns = [coarse, .. report.Columns] };
    }
}
