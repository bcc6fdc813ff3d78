using System.Globalization;
using System.Text.Json;
using Lifecycle.Validation.Tests.Gates;

namespace Lifecycle.Validation.Tests.Reports;

public class ModelCardTests
{
    private static async Task<ModelCard> Card() => new()
    {
        Name = "mortgage \"quoted\": yes",
        Report = await Gate.For("g").Require(Metric.Accuracy, atLeast: 0.6).RequireFair("sex", FairnessMetric.DemographicParityDifference, 0.1)
            .OnSlice("women", Slice.Equal("sex", "Female"), g => g.Require(Metric.Accuracy, atLeast: 0.6)).EvaluateAsync(Compas.RaceAndSex),
        Owners = [new ModelOwner("credit-risk", "team@example.org")],
        License = "MIT",
        Data = [new ModelDataset("compas", "7,214 rows", ["race", "sex"])],
        Limitations = ["only <two> years"],
    };

    [Fact]
    public async Task Json_KeepsTheRulesOfTheModelCardToolkit()
    {
        using JsonDocument document = JsonDocument.Parse((await Card()).ToJson());
        JsonElement root = document.RootElement;
        Assert.Equal(["schema_version", "model_details", "model_parameters", "quantitative_analysis", "considerations"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["name", "overview", "documentation", "owners", "version", "licenses"], root.GetProperty("model_details").EnumerateObject().Select(p => p.Name));
        Assert.Equal("not stated", root.GetProperty("model_details").GetProperty("overview").GetString());
        Assert.Equal("MIT", root.GetProperty("model_details").GetProperty("licenses")[0].GetProperty("identifier").GetString());
        Assert.Equal("race", root.GetProperty("model_parameters").GetProperty("data")[0].GetProperty("sensitive").GetProperty("sensitive_data")[0].GetString());
        Assert.Equal("not stated", root.GetProperty("considerations").GetProperty("users")[0].GetProperty("description").GetString());
        JsonElement[] figures = [.. root.GetProperty("quantitative_analysis").GetProperty("performance_metrics").EnumerateArray()];
        Assert.Equal(("Accuracy", .6537288605489326), (figures[0].GetProperty("type").GetString(), double.Parse(figures[0].GetProperty("value").GetString()!, CultureInfo.InvariantCulture)));
        Assert.Equal(JsonValueKind.String, figures[0].GetProperty("confidence_interval").GetProperty("lower_bound").ValueKind);
        Assert.Equal("women", figures[2].GetProperty("slice").GetString());
        Assert.Contains(figures, f => f.GetProperty("type").GetString() == "SelectionRate" && f.GetProperty("slice").GetString() == "sex=Female");
        Texts(root);
    }

    [Fact]
    public async Task Markdown_HasAFrontMatterAndSaysWhatIsNotStated()
    {
        string text = (await Card()).ToMarkdown();
        string[] front = text.Split("---\n")[1].Split('\n');
        Assert.Equal("license: \"MIT\"", front[0]);
        Assert.Contains("- name: \"mortgage \\u0022quoted\\u0022: yes\"", front);
        Assert.Contains("      type: \"tabular-classification\"", front);
        Assert.Contains("    - type: \"Accuracy\"", front);
        Assert.Contains("      value: 0.6537288605489326", front);
        foreach (string section in new[] { "Model details", "Intended use", "Factors", "Metrics and quantitative analyses", "Data", "Ethical considerations", "Caveats and recommendations" })
        {
            Assert.Contains($"## {section}\n", text, StringComparison.Ordinal);
        }

        Assert.Contains("- Users: not stated", text, StringComparison.Ordinal);
        Assert.Contains("only &#60;two&#62; years", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Report", new ModelCard { Name = "x" }.ToMarkdown(), StringComparison.Ordinal);
        Assert.Contains("- not stated", new ModelCard { Name = "x" }.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AChangeOfAMetric_DoesNotStandAsTheMetric()
    {
        GateReport report = await Gate.For("g").Require(Metric.Accuracy, atLeast: 0.5).RequireNotWorse(Metric.Accuracy, 0.01).RequireRatioToBaseline(Metric.Accuracy, 0.9)
            .RequireFair("afam", FairnessMetric.DemographicParityDifference, 0.1).EvaluateAsync(Samples.Scored(500), baseline: Baseline.FromDecisions(Samples.Scored(500, seed: 3).Predictions));
        ModelCard card = new() { Name = "m", Report = report };
        string front = card.ToMarkdown().Split("---\n")[1];
        Assert.Equal(1, front.Split("type: \"Accuracy\"").Length - 1);
        Assert.Contains("type: \"DemographicParityDifference by afam\"", front, StringComparison.Ordinal);
        Assert.DoesNotContain("baseline", front, StringComparison.Ordinal);
        Assert.Contains("| Accuracy not worse than the baseline by more than 0.01 | all |", card.ToMarkdown(), StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(card.ToJson());
        Assert.Equal(
            ["Accuracy", "Accuracy not worse than the baseline by more than 0.01", "ratio of Accuracy to the baseline at least 0.9", "DemographicParityDifference by afam"],
            json.RootElement.GetProperty("quantitative_analysis").GetProperty("performance_metrics").EnumerateArray().Take(4).Select(f => f.GetProperty("type").GetString()));
    }

    /// <summary>Every leaf of the schema is text.</summary>
    private static void Texts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    Texts(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Texts(item);
                }

                break;
            default:
                Assert.Equal(JsonValueKind.String, element.ValueKind);
                break;
        }
    }
}
