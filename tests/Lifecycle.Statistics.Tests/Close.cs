namespace Lifecycle.Statistics.Tests;

/// <summary>Assertions with relative tolerances.</summary>
internal static class Close
{
    public static void Relative(double expected, double actual, double tolerance, string? about = null)
    {
        bool near = expected == actual || Math.Abs(actual - expected) <= tolerance * Math.Abs(expected);
        Assert.True(near, $"{about} expected {expected:R}, got {actual:R}, relative error {Math.Abs(actual / expected - 1):E2}");
    }

    public static void Absolute(double expected, double actual, double tolerance, string? about = null) =>
        Assert.True(Math.Abs(actual - expected) <= tolerance, $"{about} expected {expected:R}, got {actual:R}");

    /// <summary>The tolerance of p-values: 1e-9 absolute and 1e-6 relative.</summary>
    public static void Probability(double expected, double actual, string? about = null)
    {
        Absolute(expected, actual, 1e-9, about);
        Relative(expected, actual, 1e-6, about);
    }
}
