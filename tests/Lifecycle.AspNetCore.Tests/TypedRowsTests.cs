using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Which rows typed predictions take, what callers are told of the others, and what of other methods and content types.</summary>
public sealed partial class TypedRowsTests
{
    private const string Good = "{\"metres\":60,\"rooms\":2,\"street\":\"a\"}";
    private const string Shape = "Send {\"metres\": number, \"rooms\": whole number, \"street\": string, \"note\": string, \"prices\": list of numbers, \"owners\": list of objects}.";

    [Theory]
    [InlineData("{}", "The members 'metres', 'rooms', 'street' are missing. " + Shape)]
    [InlineData("{\"metres\":60,\"street\":\"a\"}", "The member 'rooms' is missing. " + Shape)]
    [InlineData("{\"metres\":60,\"rooms\":2,\"street\":null}", "'street' takes a string, and null came. " + Shape)]
    [InlineData("{\"metres\":null,\"rooms\":2,\"street\":\"a\"}", "'metres' takes a number, and null came. " + Shape)]
    [InlineData("{\"metres\":60,\"rooms\":2.5,\"street\":\"a\"}", "'rooms' takes a whole number, and the number 2.5 came. " + Shape)]
    [InlineData("{\"metres\":\"much\",\"rooms\":2,\"street\":\"a\"}", "'metres' takes a number, and the string \"much\" came. " + Shape)]
    [InlineData("{\"metres\":true,\"rooms\":2,\"street\":\"a\"}", "'metres' takes a number, and true came. " + Shape)]
    [InlineData("{\"metres\":[1],\"rooms\":2,\"street\":\"a\"}", "'metres' takes a number, and an array came. " + Shape)]
    [InlineData("{\"meters\":60,\"rooms\":2,\"street\":\"a\"}", "There is no member 'meters'. " + Shape)]
    [InlineData("{\"metres\":60,\"Metres\":61,\"rooms\":2,\"street\":\"a\"}", "The member 'metres' stands twice in its object; send it once. " + Shape)]
    [InlineData("{\"metres\":60,\"rooms\":2,\"street\":\"a\",\"prices\":[1,\"b\"]}", "'prices[1]' takes a number, and the string \"b\" came. " + Shape)]
    [InlineData("{\"metres\":60,\"rooms\":2,\"street\":\"a\",\"prices\":3}", "'prices' takes a list of numbers, and the number 3 came. " + Shape)]
    [InlineData("{\"metres\":60,\"rooms\":2,\"street\":\"a\",\"owners\":[{\"age\":3},{\"age\":\"x\"}]}", "'owners[1].age' takes a whole number, and the string \"x\" came. " + Shape)]
    [InlineData("{\"metres\":60,\"rooms\":2,\"street\":\"a\",\"owners\":[{}]}", "The member 'owners[0].age' is missing. " + Shape)]
    [InlineData("null", "A row is an object, and null came. " + Shape)]
    [InlineData("3", "A row is an object, and the number 3 came. " + Shape)]
    [InlineData("", "The body is empty. " + Shape)]
    public async Task Row_ThatDoesNotFit_IsToldInWordsOfJson(string body, string detail)
    {
        foreach (bool isGenerated in new[] { false, true })
        {
            await using LoanApp app = await FlatsAsync(isGenerated);
            (HttpStatusCode status, string text) = await PostAsync(app, "flats", body);
            Assert.Equal((HttpStatusCode.BadRequest, detail), (status, Detail(text)));
            Assert.Equal((HttpStatusCode.OK, "{\"score\":60}"), await PostAsync(app, "flats", Good));
        }
    }

    [Theory]
    [InlineData("[" + Good + ",null]", "row 1: A row is an object, and null came. Send [{")]
    [InlineData("[" + Good + "," + Good + ",{\"metres\":60}]", "row 2: The members 'rooms', 'street' are missing. Send [{")]
    public async Task Row_OfAList_IsNamedByItsNumber(string body, string begins)
    {
        await using LoanApp app = await FlatsAsync(isGenerated: false);
        (HttpStatusCode status, string text) = await PostAsync(app, "flats", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith(begins, Detail(text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"metres\":60,\"metres\":61}", "The member 'metres' stands twice in its object (byte 13); send it once.")]
    [InlineData("{\"metres\":{\"a\":1,\"b\":{\"a\":1},\"\\u0061\":2}}", "The member 'a' stands twice in its object (byte 29); send it once.")]
    [InlineData("{\"metres\":60", "The JSON ends at byte 12 before it is complete: ")]
    [InlineData("nonsense", "The JSON is not valid at byte 1: ")]
    public async Task Body_ThatIsNoJson_SaysWhere(string body, string begins)
    {
        await using LoanApp app = await FlatsAsync(isGenerated: false);
        (HttpStatusCode status, string text) = await PostAsync(app, "flats", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith(begins, Detail(text), StringComparison.Ordinal);
        Assert.DoesNotContain("..", text, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_OfAClass_MustHaveWhatIsRequired_AndMayLackTheRest()
    {
        await using LoanApp app = await LoanApp.StartAsync(l => l
            .Serve<House, Rent>("houses", configure: s => s.FromFunction("1", (House house) => new Rent(house.Metres + house.Rooms))));
        Assert.Equal((HttpStatusCode.OK, "{\"score\":61}"), await PostAsync(app, "houses", "{\"metres\":60}"));
        (HttpStatusCode status, string text) = await PostAsync(app, "houses", "{\"rooms\":2}");
        Assert.Equal((HttpStatusCode.BadRequest, "The member 'metres' is missing. Send {\"metres\": number, \"rooms\": number, \"label\": value}."), (status, Detail(text)));
        (status, text) = await PostAsync(app, "houses", "{\"metres\":60,\"label\":\"secret\"}");
        Assert.Equal((HttpStatusCode.BadRequest, "Labels are upper case. Send"), (status, Detail(text)[..27]));
    }

    [Fact]
    public async Task Options_OfTheApplication_AreNotChanged_AndTheirNamesHold()
    {
        JsonSerializerOptions? seen = null;
        await using LoanApp app = await LoanApp.StartAsync(l =>
        {
            l.Services.ConfigureHttpJsonOptions(o =>
            {
                o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper;
                seen = o.SerializerOptions;
            });
            l.Serve<Flat, Rent>("flats", configure: s => s.FromFunction("1", (Flat flat) => new Rent(flat.Metres)));
        });
        (HttpStatusCode status, string text) = await PostAsync(app, "flats", "{\"METRES\":60}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("The members 'ROOMS', 'STREET' are missing.", Detail(text), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "{\"SCORE\":60}"), await PostAsync(app, "flats", "{\"METRES\":60,\"ROOMS\":1,\"STREET\":\"a\"}"));
        Assert.False(seen!.RespectNullableAnnotations || seen.RespectRequiredConstructorParameters);
    }

    [Fact]
    public async Task Refusals_OfTypedRoutes_HaveABody()
    {
        await using LoanApp app = await LoanApp.StartAsync(l => l
            .Serve("bare", s => s.FromFunction("1", new TensorSignature([new("x", TensorElementType.Float32, [-1])], [new("y", TensorElementType.Float32, [-1])]), (_, _) => { })),
            map: web => web.MapPrediction<Loan, Answer>("/decide", "loans").WithName("mine").RequireHost("localhost"));
        foreach ((HttpMethod method, string path, string? type, int status, string says) in new[]
        {
            (HttpMethod.Post, "/decide", "text/plain", 415, "'text/plain' is not read; send the header Content-Type: application/json."),
            (HttpMethod.Post, "/decide", "application/x-www-form-urlencoded", 415, "'application/x-www-form-urlencoded' is not read"),
            (HttpMethod.Post, "/lifecycle/models/loans/predict", "text/plain", 415, "send the header Content-Type: application/json."),
            (HttpMethod.Get, "/lifecycle/models/loans/predict", null, 405, "The method GET is not taken here; send POST."),
            (HttpMethod.Put, "/lifecycle/models/loans/predict", "application/json", 405, "The method PUT"),
            (HttpMethod.Post, "/lifecycle/models/nobody/predict", "application/json", 404, "unknown model: 'nobody'"),
            (HttpMethod.Get, "/lifecycle/models/nobody/predict", null, 404, "unknown model: 'nobody'"),
            (HttpMethod.Post, "/lifecycle/models/bare/predict", "application/json", 404, "send tensors to /v2/models/bare/infer."),
        })
        {
            using HttpRequestMessage request = new(method, path);
            request.Content = type is null ? null : new ByteArrayContent("{\"loanToValue\":0.5}"u8.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
            using HttpResponseMessage response = await app.Client.SendAsync(request);
            string text = await response.Content.ReadAsStringAsync();
            Assert.Equal((path, status), (path, (int)response.StatusCode));
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Contains(says, Detail(text), StringComparison.Ordinal);
            Assert.Equal(status == 405 ? ["POST"] : [], response.Content.Headers.Allow);
        }

        using ByteArrayContent plain = new("{\"loanToValue\":0.5}"u8.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using HttpResponseMessage good = await app.Client.PostAsync("/decide", plain);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Single(((IEndpointRouteBuilder)app.App).DataSources.SelectMany(s => s.Endpoints), e => e.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == "mine");
    }

    [Fact]
    public async Task Body_WithoutAContentType_IsRead_AndPoliciesOfItsRouteHold()
    {
        await using LoanApp app = await LoanApp.StartAsync(map: web =>
        {
            web.MapPrediction<Loan, Answer>("/decide", "loans");
            web.MapPrediction<Loan, Answer>("/guarded", "loans").WithName("guarded").RequireHost("elsewhere");
        });
        foreach ((string path, string body, int status) in new[]
        {
            ("/decide", "{\"loanToValue\":0.5}", 200), ("/lifecycle/models/loans/predict", "{\"loanToValue\":0.5}", 200),
            ("/decide", "{\"loan\":0.5}", 400), ("/lifecycle/models/loans/predict", "{\"loan\":0.5}", 400),
            ("/lifecycle/models/nobody/predict", "{}", 404), ("/guarded", "{\"loanToValue\":0.5}", 404),
        })
        {
            using ByteArrayContent content = new(Encoding.UTF8.GetBytes(body));
            using HttpResponseMessage response = await app.Client.PostAsync(path, content);
            Assert.Null(content.Headers.ContentType);
            Assert.Equal((path, body, status), (path, body, (int)response.StatusCode));
        }
    }

    private static Task<LoanApp> FlatsAsync(bool isGenerated) => LoanApp.StartAsync(l =>
    {
        if (isGenerated)
        {
            l.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolver = FlatContext.Default);
        }

        l.Serve<Flat, Rent>("flats", configure: s => s.FromFunction("1", (Flat flat) => new Rent(flat.Metres)));
    });

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(LoanApp app, string model, string body)
    {
        using StringContent content = new(body, new UTF8Encoding(false), "application/json");
        using HttpResponseMessage response = await app.Client.PostAsync($"/lifecycle/models/{model}/predict", content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Detail(string problem) => JsonDocument.Parse(problem).RootElement.GetProperty("detail").GetString()!;

    internal sealed record Flat(float Metres, int Rooms, string Street, string? Note = null, float[]? Prices = null, List<Owner>? Owners = null);

    internal sealed record Owner(int Age);

    internal sealed record Rent(float Score);

    internal sealed class House
    {
        public required float Metres { get; set; }

        public float Rooms { get; set; } = 1;

        [JsonConverter(typeof(UpperCase))]
        public string Label { get; set; } = "";
    }

    internal sealed class UpperCase : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new JsonException("Labels are upper case.");

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }

    [JsonSerializable(typeof(Flat))]
    [JsonSerializable(typeof(Rent))]
    [JsonSerializable(typeof(Loan))]
    [JsonSerializable(typeof(Answer))]
    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    internal sealed partial class FlatContext : JsonSerializerContext;
}
