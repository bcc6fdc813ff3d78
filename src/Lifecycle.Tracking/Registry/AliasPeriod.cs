namespace Lifecycle.Tracking;

/// <summary>Why an alias moved.</summary>
public enum AliasMove
{
    /// <summary>A version was promoted.</summary>
    Promotion = 1,

    /// <summary>The alias went back to an earlier version.</summary>
    Rollback = 2,

    /// <summary>The version it pointed at was deleted.</summary>
    Deletion = 3,

    /// <summary>The alias was taken away.</summary>
    Removal = 4,

    /// <summary>Somebody said later what had been; see <see cref="ModelRegistry.CorrectAsync"/>.</summary>
    Correction = 5,
}

/// <summary>
/// A time during which an alias pointed at one version. <c>From &lt;= t &lt; Until</c> says when it held,
/// <c>RecordedAt &lt;= k &lt; SupersededAt</c> says when that was what the registry knew.
/// </summary>
public sealed record AliasPeriod
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The alias.</summary>
    public required string Alias { get; init; }

    /// <summary>The version; null while the alias pointed nowhere.</summary>
    public required int? Version { get; init; }

    /// <summary>First moment.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>First moment that no longer belongs to it; null while it lasts.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>When the registry learned of it.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>When the registry learned otherwise, if it did.</summary>
    public DateTimeOffset? SupersededAt { get; init; }

    /// <summary>What began it.</summary>
    public required AliasMove Move { get; init; }

    /// <summary>Who began it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why, in the words of the actor.</summary>
    public string? Reason { get; init; }

    /// <summary>The entry of the audit log that tells of it.</summary>
    public required long AuditSequence { get; init; }

    /// <summary>For example <c>mortgage@champion = 3 from 2026-03-01T00:00:00.0000000+00:00 (Promotion by ada: AUC +1.2 points)</c>.</summary>
    public override string ToString() =>
        $"{Model}@{Alias} = {(Version is { } v ? v.ToString(System.Globalization.CultureInfo.InvariantCulture) : "nothing")} from {From:O}"
        + (Until is { } until ? $" until {until:O}" : "") + $" ({Move} by {Actor}{(Reason is null ? "" : ": " + Reason)})";
}
