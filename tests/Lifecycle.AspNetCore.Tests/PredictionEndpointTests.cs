using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

public sealed class PredictionEndpointTests
{
    private const string Route = "/lifecycle/models/loans/predict";

    [Fact]
    public async Task An_object_gives_an_object_stamped_with_its_version_and_request()
    {
        await using LoanApp app = await LoanApp.StartAsync();
        using HttpResponseMessage response = await app.Client.PostAsJsonAsync(Route, new { loanToValue = 0.5, purpose = "house" });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("v1", response.Headers.GetValues("Lifecycle-Model-Version").Single());
        Assert.True(Guid.TryParseExact(response.Headers.GetValues("Lifecycle-Request-Id").Single(), "N", out Guid id) && id.Version == 7);
        Answer? answer = await response.Content.ReadFromJsonAsync<Answer>();
        Assert.True(answer!.Approved);
        Assert.Equal(0.5f, answer.Score);
    }

    [Fact]
    public async Task An_array_gives_an_array_in_order()
    {
        await using LoanApp app = await LoanApp.StartAsync();
        using HttpResponseMessage response = await app.Client.PostAsJsonAsync(Route, new[] { new { loanToValue = 0.5 }, new { loanToValue = 0.95 } });
        Answer[]? answers = await response.Content.ReadFromJsonAsync<Answer[]>();
        Assert.Equal([true, false], answers!.Select(a => a.Approved));
    }

    [Fact]
    public async Task An_empty_array_gives_an_empty_array()
    {
        await using LoanApp app = await LoanApp.StartAsync();
        using HttpResponseMessage response = await app.Client.PostAsync(Route, new StringContent("[]", Encoding.UTF8, "application/json"));
        Assert.Equal("[]", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("3")]
    [InlineData("\"text\"")]
    [InlineData("{\"loanToValue\":\"much\"}")]
    [InlineData("{\"loanToValue\":[1]}")]
    [InlineData("[{\"loanToValue\":0.5},3]")]
    [InlineData("[null]")]
    [InlineData("{\"loanToValu\":0.5}")]
    public async Task What_does_not_fit_is_400_with_what_would_and_the_next_request_works(string body)
    {
        await using LoanApp app = await LoanApp.StartAsync();
        using HttpResponseMessage bad = await app.Client.PostAsync(Route, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Equal("application/problem+json", bad.Content.Headers.ContentType?.MediaType);
        using JsonDocument problem = JsonDocument.Parse(await bad.Content.ReadAsStringAsync());
        Assert.NotEmpty(problem.RootElement.GetProperty("detail").GetString()!);
        using HttpResponseMessage good = await app.Client.PostAsJsonAsync(Route, new { loanToValue = 0.5 });
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Fact]
    public async Task A_model_that_throws_is_500_and_its_words_stay_inside()
    {
        await using LoanApp app = await LoanApp.StartAsync();
        using HttpResponseMessage response = await app.Client.PostAsJsonAsync(Route, new { purpose = "poison" });
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_model_is_404()
    {
        await using LoanApp app = await LoanApp.StartAsync();
        using HttpResponseMessage response = await app.Client.PostAsJsonAsync("/lifecycle/models/..%2fetc/predict", new { });
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task A_model_without_a_version_is_503_with_retry_after()
    {
        await using LoanApp app = await LoanApp.StartAsync(l => l.Serve<Loan, Answer>("empty"));
        using HttpResponseMessage response = await app.Client.PostAsJsonAsync("/lifecycle/models/empty/predict", new { loanToValue = 0.5 });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("1", response.Headers.GetValues("Retry-After").Single());
    }

    [Fact]
    public async Task A_route_of_ones_own()
    {
        await using LoanApp app = await LoanApp.StartAsync(map: web => web.MapPrediction<Loan, Answer>("/decide", "loans"));
        using HttpResponseMessage response = await app.Client.PostAsJsonAsync("/decide", new { loanToValue = 0.5 });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
