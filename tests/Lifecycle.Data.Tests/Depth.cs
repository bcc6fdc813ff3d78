namespace Lifecycle.Data.Tests;

/// <summary>How much a test does: the whole of what it promises, or the part that fits into every build.</summary>
internal static class Depth
{
    /// <summary>Set by the environment variable <c>LIFECYCLE_DEPTH=full</c>.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full";
}
