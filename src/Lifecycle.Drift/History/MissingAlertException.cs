namespace Lifecycle.Drift;

/// <summary>No alert has this id.</summary>
public sealed class MissingAlertException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    public MissingAlertException(Guid alert)
        : base($"No alert has the id '{alert:N}'. ActiveAlertsAsync(model) lists those that are up, AlertsAsync(model) all; take the Id from there.")
    {
        Alert = alert;
    }

    /// <summary>The id that was asked for.</summary>
    public Guid Alert { get; }
}
