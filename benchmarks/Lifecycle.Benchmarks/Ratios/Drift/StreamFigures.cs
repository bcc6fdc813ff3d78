namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>Stream detectors: time an update, and how well run lengths are kept.</summary>
internal static class StreamFigures
{
    public static IEnumerable<Figure> Measure()
    {
        yield break;
    }
}
