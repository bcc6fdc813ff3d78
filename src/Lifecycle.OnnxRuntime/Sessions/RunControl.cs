using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>The options of the runs of one slot, by which a run is told to stop. Options that were told so are not used again.</summary>
internal sealed class RunControl : IDisposable
{
    private volatile bool _stopped;

    public RunOptions Options { get; private set; } = Make();

    /// <summary>Stops the run between two of its nodes when the token is cancelled. Dispose the registration before anything else is done here.</summary>
    public CancellationTokenRegistration Watch(CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static control => ((RunControl)control!).Stop(), this);

    /// <summary>Makes new options if the old ones were told to stop.</summary>
    public void Renew()
    {
        if (_stopped)
        {
            Options.Dispose();
            Options = Make();
            _stopped = false;
        }
    }

    public void Dispose() => Options.Dispose();

    // A run that fails or is stopped throws; native code need not write it to the error output, too.
    private static RunOptions Make() => new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    private void Stop()
    {
        _stopped = true;
        Options.Terminate = true;
    }
}
