namespace Lifecycle.Serving.Tests;

/// <summary>Bytes that an act allocates once it is warm: the least of some rounds, because the runtime compiles and collects beside it.</summary>
internal static class Allocation
{
    public static long Least(Action act)
    {
        long least = long.MaxValue;
        for (int round = 0; round < 30 && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                act();
            }

            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / 100);
        }

        return least;
    }
}
