namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>False-alarm rates and power, simulated.</summary>
internal static class CalibrationFigures
{
    public static IEnumerable<Figure> Measure()
    {
        yield break;
    }
}
