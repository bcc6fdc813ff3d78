using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Numbers that are not finite, in and out of typed predictions, and answers that have no form in JSON.</summary>
public sealed partial class TypedNumbersTests
{
    [Theory]
    [InlineData("{\"loanToValue\":1e39}", "1e39", "'loanToValue'")]
    [InlineData("{\"LOANTOVALUE\":-1e39}", "-1e39", "at most 3.40e38")]
    [InlineData("[{\"loanToValue\":0.5},{\"loanToValue\":1e999}]", "row 1", "1e999")]
    public async Task Number_TooLargeForItsMember_Is400(string body, params string[] says)
    {
        await using LoanApp app = await LoanApp.StartAsync();
        (HttpStatusCode status, string text) = await PostAsync(app, "loans", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.All(says, s => Assert.Contains(s, Detail(text), StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(app, "loans", "{\"loanToValue\":3.4e38}")).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_WithNumbersThatAreNotFinite_HasThemAsStrings(bool isGenerated)
    {
        await using LoanApp app = await LoanApp.StartAsync(l =>
        {
            if (isGenerated)
            {
                l.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolver = LoanContext.Default);
            }

            l.Serve<Loan, Answer>("odd", configure: s => s.FromFunction("1", (Loan loan) => new Answer { Score = loan.LoanToValue > 1 ? float.NegativeInfinity : float.NaN }));
        });
        Assert.Equal((HttpStatusCode.OK, "{\"approved\":false,\"score\":\"NaN\"}"), await PostAsync(app, "odd", "{\"loanToValue\":0.5}"));
        Assert.Equal(
            (HttpStatusCode.OK, "[{\"approved\":false,\"score\":\"-Infinity\"},{\"approved\":false,\"score\":\"NaN\"}]"),
            await PostAsync(app, "odd", "[{\"loanToValue\":2},{}]"));
    }

    [Fact]
    public async Task Answer_WithoutAFormInJson_IsAProblem_AndNoHalfOfAnAnswer()
    {
        await using LoanApp app = await LoanApp.StartAsync(
            l => l.Serve<Loan, Shy>("shy", configure: s => s.FromFunction("1", (Loan loan) => new Shy { Score = loan.LoanToValue })));
        (HttpStatusCode status, string text) = await PostAsync(app, "shy", "[{\"loanToValue\":1},{\"loanToValue\":13}]");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains("'shy' cannot be written as JSON (NotSupportedException)", Detail(text), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "{\"score\":1}"), await PostAsync(app, "shy", "{\"loanToValue\":1}"));
    }

    [Theory]
    [InlineData("{\"loanToValue\":0.5,\"loanToValue\":0.6}")]
    [InlineData("{\"loanToValue\":0.5,\"LoanToValue\":0.6}")]
    [InlineData("{\"\\ud800\":0.5}")]
    [InlineData("{\"purpose\":\"\\ud800\"}")]
    public async Task Members_ThatAreTwice_OrNoText_Are400(string body)
    {
        await using LoanApp app = await LoanApp.StartAsync();
        (HttpStatusCode status, string text) = await PostAsync(app, "loans", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(Detail(text).Length > 20, text);
    }

    [Fact]
    public async Task Body_WithTheMarkOfUtf8_IsRead()
    {
        await using LoanApp app = await LoanApp.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(app, "loans", "\uFEFF{\"loanToValue\":0.5}")).Status);
    }

    [Theory]
    [InlineData("{\"Single\":1e39}", true)]
    [InlineData("{\"Single\":3.4028235e38,\"Double\":1e300,\"Whole\":99999999999,\"Exact\":1e20}", false)]
    [InlineData("{\"Double\":-1e309}", true)]
    [InlineData("{\"Maybe\":1e39}", true)]
    [InlineData("{\"Vector\":[1,2,1e39]}", true)]
    [InlineData("{\"Named\":{\"a\":1,\"b\":1e39}}", true)]
    [InlineData("{\"Inner\":[{\"Single\":1},{\"Single\":1e39}]}", true)]
    [InlineData("{\"Inner\":[{\"Double\":1e39}],\"Other\":1e999,\"Maybe\":null}", false)]
    public void Require_FindsNumbersTooLarge_WhereverTheyStand(string json, bool isRefused)
    {
        JsonTypeInfo<Wide> type = (JsonTypeInfo<Wide>)JsonSerializerOptions.Default.GetTypeInfo(typeof(Wide));
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.True(FiniteNumbers.MayLack(Encoding.UTF8.GetBytes(json), 64) || !isRefused);
        JsonException? error = (JsonException?)Record.Exception(() => FiniteNumbers.Require(document.RootElement, type));
        Assert.Equal(isRefused, error is not null);

        // What is let through is finite after reading, and what is refused is not.
        Wide read = JsonSerializer.Deserialize<Wide>(json)!;
        Assert.Equal(isRefused, !read.IsFinite);
    }

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(LoanApp app, string model, string body)
    {
        using StringContent content = new(body, new UTF8Encoding(false), "application/json");
        using HttpResponseMessage response = await app.Client.PostAsync($"/lifecycle/models/{model}/predict", content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Detail(string problem) => JsonDocument.Parse(problem).RootElement.GetProperty("detail").GetString()!;

    internal sealed class Shy
    {
        [JsonConverter(typeof(Unlucky))]
        public float Score { get; set; }
    }

    internal sealed class Unlucky : JsonConverter<float>
    {
        public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetSingle();

        public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
        {
            if (value == 13)
            {
                throw new NotSupportedException("secret");
            }

            writer.WriteNumberValue(value);
        }
    }

    internal sealed class Wide
    {
        public float Single { get; set; }

        public double Double { get; set; }

        public float? Maybe { get; set; }

        public long Whole { get; set; }

        public decimal Exact { get; set; }

        public float[] Vector { get; set; } = [];

        public Dictionary<string, float> Named { get; set; } = [];

        public List<Wide> Inner { get; set; } = [];

        public bool IsFinite => float.IsFinite(Single) && double.IsFinite(Double) && float.IsFinite(Maybe ?? 0)
            && Vector.All(float.IsFinite) && Named.Values.All(float.IsFinite) && Inner.All(i => i.IsFinite);
    }

    [JsonSerializable(typeof(Loan))]
    [JsonSerializable(typeof(Answer))]
    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    internal sealed partial class LoanContext : JsonSerializerContext;
}
