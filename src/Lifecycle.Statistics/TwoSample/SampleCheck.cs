namespace Lifecycle.Statistics;

/// <summary>What every two-sample test demands of its samples.</summary>
internal static class SampleCheck
{
    public static void Require(SortedSample first, SortedSample second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Require(first, nameof(first));
        Require(second, nameof(second));
    }

    private static void Require(SortedSample sample, string name)
    {
        if (sample.Count == 0)
        {
            throw new ArgumentException(
                $"The {name} sample has no finite value to test ({sample.Missing} NaN, {sample.Infinite} infinite were dropped).", name);
        }
    }
}
