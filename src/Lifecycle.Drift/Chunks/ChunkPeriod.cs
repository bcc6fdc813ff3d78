namespace Lifecycle.Drift;

/// <summary>Periods of the calendar that a table is cut into.</summary>
public enum ChunkPeriod
{
    /// <summary>A day from midnight to midnight.</summary>
    Day,

    /// <summary>A week of ISO 8601, from Monday.</summary>
    Week,

    /// <summary>A month.</summary>
    Month,
}
