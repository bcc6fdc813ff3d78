namespace Lifecycle.Drift;

/// <summary>Which performance monitor.</summary>
internal sealed record PerformanceKey(string Model, string Version, string Monitor);

/// <summary>Who holds a performance monitor, since when, and when it was heard of last.</summary>
internal sealed record PerformanceHolder(string Owner, DateTimeOffset Since, DateTimeOffset Heard);
