namespace Lifecycle.Serving;

/// <content>What becomes of the calls that wait when the model is stopped, or when the host has no time left for them.</content>
public sealed partial class ServedModel
{
    /// <summary>The model was stopped: whoever waits for one of its versions is told now. Runs that go on end. Not under the lock.</summary>
    private void RefuseWaiting(string? reason)
    {
        VersionRunner[] runners;
        lock (_lock)
        {
            runners = [.. _living.Keys.Select(v => v.Runner)];
        }

        foreach (VersionRunner runner in runners)
        {
            runner.Reject(RejectionReason.Stopped, StoppedMessage(reason));
        }
    }

    /// <summary>Lets what waits for a version run, and refuses what is left after the limit.</summary>
    private async Task DrainAsync(ServedVersion version, TimeSpan limit)
    {
        if (!await version.Runner.StopAsync(limit).ConfigureAwait(false))
        {
            version.Runner.Reject(
                RejectionReason.Draining,
                $"The model '{Name}' is stopping and has no time left for the calls that wait. Call another instance, or give the stop more time (ServingOptions.DrainTimeout).");
        }
    }

    private string StoppedMessage(string? reason) => $"The model '{Name}' is stopped: {reason?.TrimEnd('.')}. Deployments.ResumeAsync lets it answer again.";
}
