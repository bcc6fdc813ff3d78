using System.Globalization;

namespace Lifecycle.AspNetCore.Tests;

public sealed class WireFuzzTests
{
    // LIFECYCLE_WIRE_FUZZ=100000 sends as many as the acceptance asks for; the test alone sends fewer, so that it stays short.
    private static int Requests =>
        int.TryParse(Environment.GetEnvironmentVariable("LIFECYCLE_WIRE_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out int asked) ? asked : 10_000;

    [Fact]
    public async Task WireFuzz_NeverAnswers500()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        List<string> failed = await new WireFuzz(20_260_301).RunAsync(app, Requests);
        Assert.True(failed.Count == 0, $"{failed.Count} of {Requests}:\n{string.Join("\n", failed.Take(10))}");
    }
}
