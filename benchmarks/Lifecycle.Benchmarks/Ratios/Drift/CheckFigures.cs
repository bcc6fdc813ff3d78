namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>The verdict and the report, against the calls that Evidently makes.</summary>
internal static class CheckFigures
{
    public static IEnumerable<Figure> Measure()
    {
        yield break;
    }
}
