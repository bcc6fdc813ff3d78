using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>scikit-learn models behind FastAPI and uvicorn: <c>peers/serving_fastapi.py</c>, with handlers of one kind and a number of processes.</summary>
internal sealed class FastApiPeer : IDisposable
{
    public const string Packages = "python3-fastapi python3-uvicorn python3-sklearn";

    private const string Python = "/usr/bin/python3";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    private FastApiPeer(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>The ways to run it; the best of them is the peer.</summary>
    public static IReadOnlyList<(string Handlers, int Workers)> Ways { get; } = [("sync", 1), ("async", 1), ("sync", 2), ("async", 2)];

    public static bool IsInstalled { get; } = File.Exists(Python) && Imports();

    public Uri Address { get; }

    /// <summary>Starts it and waits until every process of it has trained its models.</summary>
    public static async Task<FastApiPeer> StartAsync(string handlers, int workers)
    {
        int port = FreePort();
        ProcessStartInfo start = new(Python) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "peers", "serving_fastapi.py"), port.ToString(CultureInfo.InvariantCulture), handlers, workers.ToString(CultureInfo.InvariantCulture)];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        FastApiPeer peer = new(process, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")));
        try
        {
            string versions = await peer.ReadyAsync(workers);
            ServingRounds.Note($"serving_fastapi.py {handlers} x {workers}: {versions}");
            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    /// <summary>Each answer names its process; new connections come to another one sooner or later.</summary>
    private async Task<string> ReadyAsync(int workers)
    {
        long started = Stopwatch.GetTimestamp();
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (Stopwatch.GetElapsedTime(started) < Patience && !_process.HasExited)
        {
            try
            {
                using HttpClient client = new();
                string[] answer = (await client.GetStringAsync(new Uri(Address, "/versions"))).Trim('"').Split('|');
                seen.Add(answer[0]);
                if (seen.Count == workers)
                {
                    return answer[1];
                }
            }
            catch (HttpRequestException)
            {
                await Task.Delay(200);
            }
        }

        throw new InvalidOperationException($"serving_fastapi.py was not ready: {seen.Count} of {workers} processes answered.");
    }

    private static bool Imports()
    {
        using Process process = Process.Start(new ProcessStartInfo(Python, ["-c", "import fastapi, uvicorn, sklearn"]) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
