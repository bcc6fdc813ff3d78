using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>Load over HTTP by <c>wrk</c>: one thread, 32 connections that are kept alive, the next request on each when its answer is there.</summary>
internal static class Wrk
{
    private const int Connections = 32;
    private static readonly Tool Program = new("wrk", "wrk");

    public static bool IsInstalled => Program.IsInstalled;

    /// <summary>Asks for a window of time.</summary>
    /// <exception cref="InvalidOperationException">An answer was an error, or did not come: such a figure says nothing.</exception>
    public static async Task<WrkResult> RunAsync(Uri url, WrkRequest request)
    {
        string folder = Workload.Scratch("wrk");
        string script = Path.Combine(folder, "request.lua"), body = Path.Combine(folder, "body");
        await File.WriteAllBytesAsync(body, request.Body);
        await File.WriteAllTextAsync(script, Script(body, request.Headers));
        ProcessStartInfo start = new(
            Program.Name, ["-t1", $"-c{Connections}", string.Create(CultureInfo.InvariantCulture, $"-d{ServingRounds.Window.TotalSeconds:F0}s"), "--latency", "-s", script, url.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        string? line = output.Split('\n').FirstOrDefault(l => l.StartsWith("figures ", StringComparison.Ordinal));
        if (line is null)
        {
            throw new InvalidOperationException($"wrk on {url} ended with {process.ExitCode}: {output} {await errors}");
        }

        double[] numbers = [.. line.Split(' ')[1..].Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
        return numbers[2] == 0
            ? new WrkResult((long)numbers[0], numbers[0] / numbers[1] * 1e6, numbers[3])
            : throw new InvalidOperationException($"wrk on {url}: {numbers[2]} of {numbers[0]} requests failed: {output}");
    }

    private static string Script(string body, IReadOnlyDictionary<string, string> headers) => $$"""
        wrk.method = "POST"
        local file = io.open("{{body}}", "rb")
        wrk.body = file:read("*a")
        file:close()
        {{string.Join('\n', headers.Select(h => $"wrk.headers[\"{h.Key}\"] = \"{h.Value}\""))}}
        function done(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("figures %d %d %d %d\n", summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(99)))
        end
        """;
}

/// <summary>The request that is sent again and again.</summary>
internal sealed record WrkRequest(byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public static WrkRequest Json(byte[] body) => new(body, new Dictionary<string, string> { ["Content-Type"] = "application/json" });
}

/// <summary>What came of it.</summary>
/// <param name="Requests">Requests that were answered.</param>
/// <param name="PerSecond">Those of a second.</param>
/// <param name="P99">Microseconds within which 99 % were answered.</param>
internal sealed record WrkResult(long Requests, double PerSecond, double P99)
{
    /// <summary>The best of both, each number for itself.</summary>
    public static WrkResult Best(WrkResult? one, WrkResult other) =>
        one is null ? other : new WrkResult(Math.Max(one.Requests, other.Requests), Math.Max(one.PerSecond, other.PerSecond), Math.Min(one.P99, other.P99));
}
