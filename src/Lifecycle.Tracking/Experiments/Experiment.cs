namespace Lifecycle.Tracking;

/// <summary>A place for runs that belong together.</summary>
/// <param name="Id">A number as text; <c>0</c> is <c>Default</c> and always there.</param>
/// <param name="Name">1 to 500 characters; unique, names of deleted experiments included.</param>
/// <param name="IsDeleted">Whether it was deleted; its runs are then hidden.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last deleted or restored.</param>
public sealed record Experiment(string Id, string Name, bool IsDeleted, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>An experiment or a run does not exist, or is in a state that forbids what was asked.</summary>
public sealed class TrackingException : LifecycleException
{
    internal TrackingException(string message)
        : base(message)
    {
    }
}
