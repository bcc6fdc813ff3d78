namespace Lifecycle.Drift;

/// <summary>How closely a run length is simulated.</summary>
internal enum SearchEffort
{
    /// <summary>To some 10 %: enough to drop a setting that is far off.</summary>
    Glance,

    /// <summary>To 5 %.</summary>
    Rough,

    /// <summary>To about 1 %, 3 % where values are dear.</summary>
    Whole,
}
