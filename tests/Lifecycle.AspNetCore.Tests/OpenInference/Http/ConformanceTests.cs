namespace Lifecycle.AspNetCore.Tests;

/// <summary>Every rule of the protocol over a real connection. Whatever was asked, the same connection answers the next good request.</summary>
public sealed class ConformanceTests(ConformanceTests.App app) : IClassFixture<ConformanceTests.App>
{
    private static readonly Dictionary<string, WireCase> Cases = new WireCase[][]
    {
        [.. WireCases.Observe], [.. WireCases.Json], [.. WireCases.Binary], [.. WireCases.BadJson], [.. WireCases.BadBinary],
    }.SelectMany(c => c).ToDictionary(c => c.Name);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Fact]
    public void Table_HasAtLeast120Rules() => Assert.InRange(Cases.Count + WireCases.Admin.Count(), 120, 1_000);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Rule_IsKept_AndTheConnectionToo(string name) => CheckAsync(app.Wire, Cases[name]);

    /// <summary>These change what is loaded: an app of their own, one after the other.</summary>
    [Fact]
    public async Task LoadAndUnload_InOrder()
    {
        await using WireApp own = await App.NewAsync();
        foreach (WireCase rule in WireCases.Admin)
        {
            await CheckAsync(own, rule);
        }
    }

    private static async Task CheckAsync(WireApp app, WireCase rule)
    {
        using WireClient client = app.Client();
        WireAnswer answer = await client.SendAsync(rule.Method, rule.Path, rule.Body, rule.Headers);
        Assert.True(rule.Status == answer.Status, $"{rule.Name}: {answer.Status} {answer.Text}");
        if (rule.Exact is { } exact)
        {
            Assert.Equal(exact, answer.Text);
        }

        string said = rule.Status is >= 400 and not 405 && rule.Contains.Length > 0 && !rule.Path.StartsWith("/v2/health", StringComparison.Ordinal) ? answer.Error : answer.Text;
        Assert.All(rule.Contains, text => Assert.Contains(text, said, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", said, StringComparison.Ordinal);
        if (rule.Tail is { } tail)
        {
            Assert.Equal(Convert.ToHexString(tail), Convert.ToHexString(answer.Tail));
        }

        Assert.All(rule.Answers, header => Assert.Equal(header.Value, answer.Header(header.Name)));
        if (answer.Status == 200 && rule.Path.EndsWith("/infer", StringComparison.Ordinal))
        {
            Assert.True(Guid.TryParseExact(answer.Header("Lifecycle-Request-Id"), "N", out _));
            Assert.NotEmpty(answer.Header("Lifecycle-Model-Version")!);
        }

        WireAnswer good = await client.PostAsync("/v2/models/linear/infer", WireCase.X("FP32", "[1,10]", "[1,1,1,1,1,1,1,1,1,1]"));
        Assert.Equal("""{"model_name":"linear","model_version":"7","outputs":""" + WireCase.Y("FP32", "[1,1]", "[7.375]") + "}", good.Text);
        Assert.Equal(1, client.Connections);
    }

    /// <summary>One app for all rules that change nothing.</summary>
    public sealed class App : IAsyncLifetime
    {
        internal WireApp Wire { get; private set; } = null!;

        internal static Task<WireApp> NewAsync() => WireApp.StartAsync(options: o => o.Admin.AllowAnonymous(), environment: "Development");

        public async ValueTask InitializeAsync() => Wire = await NewAsync();

        public ValueTask DisposeAsync() => Wire.DisposeAsync();
    }
}
