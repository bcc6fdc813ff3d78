namespace Lifecycle.Tracking;

/// <summary>One metric of a run, looked up once.</summary>
public sealed class MetricSeries
{
    private readonly Run _run;

    internal MetricSeries(Run run, string key, JournalKey? number, string? broken)
    {
        _run = run;
        Key = key;
        Number = number;
        Broken = broken;
    }

    /// <summary>Name of the metric.</summary>
    public string Key { get; }

    internal JournalKey? Number { get; }

    internal string? Broken { get; }

    /// <summary>Logs a point; never throws, never waits, takes no memory.</summary>
    /// <param name="value">NaN and infinities are kept; -0.0 becomes 0.0.</param>
    /// <param name="step">Any number, negative too.</param>
    /// <param name="at">When; now when it is null.</param>
    public void Log(double value, long step = 0, DateTimeOffset? at = null) => _run.Log(this, value, step, at);
}
