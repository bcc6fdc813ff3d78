using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>This program, started as a container platform starts an image: with the argument <c>serve</c> and an environment.</summary>
internal sealed partial class ServeProcess : IDisposable
{
    /// <summary>The variable that says how long calls are still taken after the stop was asked for, in milliseconds.</summary>
    public const string Grace = "LIFECYCLE_TEST_GRACE";

    private const int SigTerm = 15;

    private readonly Process _process;

    private ServeProcess(Process process, int port)
    {
        _process = process;
        Address = new Uri($"http://127.0.0.1:{port}");
    }

    public Uri Address { get; }

    /// <summary>Starts the program with <c>PORT</c> variables that name a free port.</summary>
    /// <param name="port">The variable that gets the port.</param>
    /// <param name="environment">Other variables.</param>
    public static async Task<ServeProcess> StartAsync(string port, params (string Name, string Value)[] environment)
    {
        int free = FreePort();
        ServeProcess served = new(Launch([(port, $"{free}"), .. environment]), free);
        string? line = await served._process.StandardOutput.ReadLineAsync();
        return line == "listening" ? served : throw new InvalidOperationException($"'{line}' {await served._process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Starts the program with an environment that is wrong.</summary>
    /// <returns>The exit code and what it wrote to its error output.</returns>
    public static async Task<(int Code, string Errors)> FailAsync(params (string Name, string Value)[] environment)
    {
        using Process process = Launch(environment);
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, errors);
    }

    public void Terminate() => Assert.Equal(0, Kill(_process.Id, SigTerm));

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code, how many calls to models came to the program, and how many the models answered.</returns>
    public async Task<(int Code, long Started, long Answered)> EndAsync()
    {
        using CancellationTokenSource hang = new(WireClient.Hang);
        string? line = await _process.StandardOutput.ReadLineAsync(hang.Token);
        await _process.WaitForExitAsync(hang.Token);
        string[] counts = line!.Split(' ');
        return (_process.ExitCode, Number(counts[0]), Number(counts[1]));

        static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>What the child does: the program of a container.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(arguments);
        builder.Logging.ClearProviders();
        builder.UseServingPort(8080);
        int grace = int.Parse(Environment.GetEnvironmentVariable(Grace) ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        WireModels.ServeAll(builder.Services.AddModelLifecycleCore().AddServing(o => o.ReadinessGrace = TimeSpan.FromMilliseconds(grace)));
        WebApplication app = builder.Build();
        long started = 0;
        app.Use((context, next) =>
        {
            Interlocked.Add(ref started, context.Request.Path.Value!.EndsWith("/infer", StringComparison.Ordinal) ? 1 : 0);
            return next(context);
        });
        app.MapModelLifecycle();
        app.MapSageMaker("linear");
        app.MapVertexAI("linear");
        ModelHost host = app.Services.GetRequiredService<ModelHost>();
        app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine("listening"));
        await app.RunAsync();
        Console.WriteLine($"{Interlocked.Read(ref started)} {host.Models.Sum(m => m.Versions.Sum(v => v.Statistics.Successes))}");
        return 0;
    }

    private static Process Launch((string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(System.Reflection.Assembly.GetEntryAssembly()!.Location);
        }

        start.ArgumentList.Add(ChildRoutines.Serve);
        foreach (string platform in new[] { "AIP_HTTP_PORT", "SAGEMAKER_BIND_TO_PORT", "PORT" })
        {
            start.Environment.Remove(platform);
        }

        start.Environment["LIFECYCLE_CHILD"] = ChildRoutines.Serve;
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
