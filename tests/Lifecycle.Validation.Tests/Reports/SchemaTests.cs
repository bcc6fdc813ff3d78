using System.Text;
using System.Text.Json;
using Json.Schema;

namespace Lifecycle.Validation.Tests.Reports;

public class SchemaTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "schemas", "gate-report-1.schema.json")));

    private static byte[] Golden => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "oracles", "forms", "report-1.json"));

    [Fact]
    public async Task Reports_KeepTheSchema()
    {
        GateReport tiny = await Gate.For("g").RequireFair(["race", "sex"], FairnessMetric.DemographicParityDifference, 0.1).EvaluateAsync(Compas.RaceAndSex);
        foreach (byte[] json in new[] { Golden, tiny.ToJson() })
        {
            using JsonDocument document = JsonDocument.Parse(json);
            EvaluationResults results = Schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
            string[] wrong = [.. (results.Details ?? []).Where(d => d.Errors is { Count: > 0 }).Select(d => $"{d.InstanceLocation}: {string.Join(", ", d.Errors!.Values)}").Take(10)];
            Assert.True(results.IsValid, string.Join('\n', wrong));
        }
    }

    [Theory]
    [InlineData("gate-report/1", "gate-report/2")]
    [InlineData("\"verdict\":\"pass\"", "\"verdict\":\"good\"")]
    [InlineData("\"severity\":\"required\"", "\"severity\":\"high\"")]
    [InlineData("\"rows\":400", "\"rows\":-1")]
    [InlineData("\"message\":", "\"words\":")]
    [InlineData("\"undefined\":\"error\"", "\"undefined\":\"because\"")]
    public void TheSchema_RefusesWhatIsNoReport(string from, string to)
    {
        string golden = Encoding.UTF8.GetString(Golden), broken = golden.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(golden, broken);
        using JsonDocument document = JsonDocument.Parse(broken);
        Assert.False(Schema.Evaluate(document.RootElement).IsValid);
    }

    [Fact]
    public void EveryReason_IsInTheSchema() =>
        Assert.All(Enum.GetNames<UndefinedReason>(), r => Assert.Contains($"\"{GateJson.Camel(r)}\"", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "schemas", "gate-report-1.schema.json")), StringComparison.Ordinal));
}
