namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>Performance without labels.</summary>
internal static class PerformanceFigures
{
    public static IEnumerable<Figure> Measure()
    {
        yield break;
    }
}
