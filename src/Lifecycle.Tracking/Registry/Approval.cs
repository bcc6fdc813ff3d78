namespace Lifecycle.Tracking;

/// <summary>Somebody's word that a version may have an alias, about this very model and the evidence of that moment.</summary>
public sealed record Approval
{
    /// <summary>The alias it was given for.</summary>
    public required string Alias { get; init; }

    /// <summary>Who gave it.</summary>
    public required string Actor { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Why, in the words of the actor.</summary>
    public string? Reason { get; init; }

    /// <summary>The model it is about.</summary>
    public required Digest Model { get; init; }

    /// <summary>The evidence it is about, sorted by the text of the digests.</summary>
    public required IReadOnlyList<Digest> Evidence { get; init; }

    /// <summary>Whether model or evidence are others by now: such an approval counts for nothing.</summary>
    public bool IsVoid { get; init; }
}
