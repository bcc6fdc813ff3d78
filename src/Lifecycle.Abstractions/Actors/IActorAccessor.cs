namespace Lifecycle;

/// <summary>Who is acting. Replace it to name the signed-in user of a web application.</summary>
public interface IActorAccessor
{
    /// <summary>A user, a service or a process; never null or empty.</summary>
    string Actor { get; }
}

/// <summary>The user of the operating system and the process, for example <c>ada@scoring</c>.</summary>
public sealed class ProcessActor : IActorAccessor
{
    /// <summary>Makes the actor of this process.</summary>
    public ProcessActor() => Actor = $"{Name(Environment.UserName)}@{Name(AppDomain.CurrentDomain.FriendlyName)}";

    /// <inheritdoc/>
    public string Actor { get; }

    private static string Name(string text) => string.IsNullOrWhiteSpace(text) ? "unknown" : text;
}

/// <summary>A fixed actor, for jobs and tests.</summary>
public sealed class NamedActor : IActorAccessor
{
    /// <summary>Makes an actor of this name.</summary>
    public NamedActor(string actor)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);
        Actor = actor;
    }

    /// <inheritdoc/>
    public string Actor { get; }
}
