using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>This program started again as a web application that serves ONNX models: it says its address and lives until its input ends.</summary>
internal sealed class ServingChild : IDisposable
{
    /// <summary>The first argument of a child.</summary>
    public const string Verb = "serving-child";

    private readonly Process _process;

    private ServingChild(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts the application over a folder of models.</summary>
    public static async Task<ServingChild> StartAsync(string folder)
    {
        string self = Environment.ProcessPath!;
        ProcessStartInfo start = new(self) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Lifecycle.Benchmarks.dll"));
        }

        start.ArgumentList.Add(Verb);
        start.ArgumentList.Add(folder);

        // What applications of the web SDK have.
        start.Environment["DOTNET_gcServer"] = "1";
        Process process = Process.Start(start)!;
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The application ended before it was ready.");
        return new ServingChild(process, new Uri(line));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>What the child does.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var folder])
        {
            return ExitCode.Usage;
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        LifecycleBuilder lifecycle = builder.Services.AddModelLifecycleCore().UseOnnxRuntime();
        foreach (string file in Directory.EnumerateFiles(folder, "*.onnx"))
        {
            lifecycle.Serve(Path.GetFileNameWithoutExtension(file), s => Lifecycle.Serving.ServedModelSources.FromFile(s, file));
        }

        await using WebApplication app = builder.Build();
        app.MapModelLifecycle();
        app.MapPost("/echo", (EchoBody body) => body);
        app.MapGet("/allocated", () => GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture));
        await app.StartAsync();
        Console.Out.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Console.Out.Flush();
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return ExitCode.Done;
    }

    /// <summary>A request of the protocol as one writes it down for a typed endpoint.</summary>
    internal sealed record EchoBody(IReadOnlyList<EchoTensor> Inputs);

    /// <summary>One tensor of it.</summary>
    internal sealed record EchoTensor(string Name, long[] Shape, string Datatype, float[] Data);
}
