namespace Lifecycle.OnnxRuntime;

/// <summary>The running mean of the time of a run. Writers race without harm: a mean that misses one run is a mean as well.</summary>
internal sealed class RunPace(TimeProvider time)
{
    // An eighth of each new run: a slow first run is forgotten after some thirty.
    private const double Weight = 0.125;

    private double _mean = -1;

    /// <summary>Whether a run takes 1 ms or more, so that stopping it is worth its cost. True while nothing is known.</summary>
    public bool IsLong => Volatile.Read(ref _mean) is < 0 or >= TimeSpan.TicksPerMillisecond;

    public long Begin() => time.GetTimestamp();

    public void End(long began)
    {
        double ticks = time.GetElapsedTime(began).Ticks;
        double mean = Volatile.Read(ref _mean);
        Volatile.Write(ref _mean, mean < 0 ? ticks : mean + ((ticks - mean) * Weight));
    }
}
