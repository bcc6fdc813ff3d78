using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Benchmarks.Ratios;

/// <summary>
/// A peer in its own language: a script that prepares its input, prints <c>ready</c> and the versions it runs with, and then answers each
/// <c>go</c> with the seconds one round took. The versions go to standard error.
/// </summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;

    private Peer(Process process) => _process = process;

    /// <summary>Starts a script of <c>benchmarks/peers</c>; null when the interpreter or a package is not there.</summary>
    public static Peer? Start(string script, params string[] arguments)
    {
        if (!File.Exists("/usr/bin/python3"))
        {
            return null;
        }

        ProcessStartInfo start = new("/usr/bin/python3") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "peers", script));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        if (process.StandardOutput.ReadLine() is { } line && line.StartsWith("ready", StringComparison.Ordinal))
        {
            Console.Error.WriteLine($"{script} {string.Join(' ', arguments)}: {line["ready".Length..].Trim()}");
            return new Peer(process);
        }

        process.Dispose();
        return null;
    }

    public double Seconds()
    {
        _process.StandardInput.WriteLine("go");
        _process.StandardInput.Flush();
        return double.Parse(_process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
