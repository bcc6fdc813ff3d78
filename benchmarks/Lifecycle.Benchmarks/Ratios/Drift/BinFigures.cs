namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>Values into bins, the distances on them, and wide tables, against numpy.</summary>
internal static class BinFigures
{
    public static IEnumerable<Figure> Measure()
    {
        yield break;
    }
}
