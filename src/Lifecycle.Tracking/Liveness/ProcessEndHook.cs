using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Lifecycle.Tracking;

/// <summary>
/// Writes the last word of open runs when the process ends: a signal leaves a mark that counts when nothing comes after it, the end of the process ends them as
/// Killed, an exception that nobody catches as Failed. One record each; nobody waits for a database.
/// </summary>
internal static class ProcessEndHook
{
    private static readonly ConcurrentDictionary<ExperimentCatalog, object?> Open = new();
    private static readonly Lock Gate = new();
    private static PosixSignalRegistration[]? _signals;
    private static string? _signal;

    public static void Watch(ExperimentCatalog catalog)
    {
        Open[catalog] = null;
        lock (Gate)
        {
            if (_signals is null)
            {
                AppDomain.CurrentDomain.ProcessExit += (_, _) => End(RunStatus.Killed, _signal ?? RunEnd.ProcessExit, null);
                AppDomain.CurrentDomain.UnhandledException += (_, thrown) => End(RunStatus.Failed, RunEnd.Exception, thrown.ExceptionObject.GetType().FullName);
                _signals = [Register(PosixSignal.SIGTERM, "SIGTERM"), Register(PosixSignal.SIGINT, "SIGINT"), Register(PosixSignal.SIGHUP, "SIGHUP")];
            }
        }
    }

    public static void Forget(ExperimentCatalog catalog) => Open.TryRemove(catalog, out _);

    // What the process does with the signal is for others to say: a host stops in its own time, and its runs then end as they like.
    private static PosixSignalRegistration Register(PosixSignal signal, string name) => PosixSignalRegistration.Create(signal, _ =>
    {
        _signal = name;
        foreach (ExperimentCatalog catalog in Open.Keys)
        {
            catalog.MarkSignal(name);
        }
    });

    private static void End(RunStatus status, string reason, string? exception)
    {
        foreach (ExperimentCatalog catalog in Open.Keys)
        {
            catalog.EndOpenRuns(status, reason, exception);
        }
    }
}
