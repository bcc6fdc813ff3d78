using System.Diagnostics;
using System.Reflection;

namespace Lifecycle.Storage.Specification;

/// <summary>
/// This program, started once more to do one routine: for tests that need many processes at once or kill one.
/// The entry point of the test program looks at <see cref="Routine"/> and, when it is there, runs that routine instead of the tests.
/// </summary>
public sealed class ChildProcess : IDisposable
{
    private const string Variable = "LIFECYCLE_CHILD";
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>The routine this process was started for; null when it is the parent.</summary>
    public static string? Routine => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } routine ? routine : null;

    /// <summary>What the child writes, line by line.</summary>
    public StreamReader Output => _process.StandardOutput;

    /// <summary>Starts the running program once more.</summary>
    /// <param name="routine">What it shall do.</param>
    /// <param name="arguments">Handed to its entry point.</param>
    public static ChildProcess Start(string routine, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");
        ProcessStartInfo start = new(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment[Variable] = routine;
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(Assembly.GetEntryAssembly()!.Location);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>Sends a line to the child.</summary>
    public async Task SendAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for a line; fails with what the child wrote to its error output when it ends before.</summary>
    public async Task ExpectAsync(string line)
    {
        string? read = await Output.ReadLineAsync();
        if (read != line)
        {
            throw new InvalidOperationException($"The child said '{read}' instead of '{line}'. {await _process.StandardError.ReadToEndAsync()}");
        }
    }

    /// <summary>Waits for the end of the child and fails when it did not end with 0.</summary>
    public async Task EndAsync()
    {
        string errors = await _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync();
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The child ended with {_process.ExitCode}. {errors}");
        }
    }

    /// <summary>Waits for the end of the child, however it ends.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitAsync()
    {
        await Output.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Ends the child at once (SIGKILL where there are signals); returns the lines it had written and nobody read.</summary>
    public async Task<IReadOnlyList<string>> KillAsync()
    {
        _process.Kill();
        string[] lines = (await Output.ReadToEndAsync()).Split('\n');
        await _process.WaitForExitAsync();

        // A line without its end was cut off by the kill.
        return lines[..^1];
    }

    /// <summary>Kills the child when it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
