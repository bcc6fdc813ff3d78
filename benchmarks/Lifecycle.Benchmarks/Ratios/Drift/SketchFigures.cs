namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>Sketches and reference profiles: time a value and bytes a column.</summary>
internal static class SketchFigures
{
    public static IEnumerable<Figure> Measure()
    {
        yield break;
    }
}
