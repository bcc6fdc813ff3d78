namespace Lifecycle.Tracking;

/// <summary>A model under a name.</summary>
/// <param name="Name">1 to 256 characters, none of them a control character.</param>
/// <param name="CreatedAt">When the name, its first version, or a protection came.</param>
/// <param name="UpdatedAt">When it was last described or renamed, or a version was added, deleted or moved to a stage.</param>
/// <param name="Versions">Versions ever registered, deleted ones included.</param>
public sealed record RegisteredModel(string Name, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Versions)
{
    /// <summary>What it is, in the words of a person; null when never said.</summary>
    public string? Description { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Where its aliases point now; those that point nowhere are not listed.</summary>
    public IReadOnlyDictionary<string, int> Aliases { get; init; } = new Dictionary<string, int>();
}
