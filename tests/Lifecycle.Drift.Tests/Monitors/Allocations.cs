namespace Lifecycle.Drift.Tests;

/// <summary>What work allocates.</summary>
internal static class Allocations
{
    /// <summary>
    /// Fewest bytes that one of five runs allocates on this thread. A collection that another thread begins counts the rest of this thread's
    /// buffer as allocated, and the runtime allocates when it compiles the work again; work that allocates does so every time.
    /// </summary>
    public static long Least(Action work)
    {
        long least = long.MaxValue;
        for (int run = 0; run < 5; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
