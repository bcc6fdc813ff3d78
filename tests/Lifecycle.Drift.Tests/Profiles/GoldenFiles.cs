namespace Lifecycle.Drift.Tests;

/// <summary>Files of format version 1, as the first release wrote them. They never change.</summary>
internal static class GoldenFiles
{
    public const string Small = "";

    public const string SquaresDigest = "";
}
