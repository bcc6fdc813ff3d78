using System.Runtime.ExceptionServices;

namespace Lifecycle.Validation;

/// <summary>Work in fixed blocks on several threads; what a block does depends on its number only.</summary>
internal static class Blocks
{
    /// <param name="count">Number of items.</param>
    /// <param name="size">Items a block.</param>
    /// <param name="threads">Most threads; -1 for all, 1 for code that others wrote.</param>
    /// <param name="body">Does the items from the first up to, not including, the second.</param>
    public static void For(int count, int size, int threads, Action<int, int> body)
    {
        int blocks = (count + size - 1) / size;
        if (threads == 1 || blocks <= 1)
        {
            for (int b = 0; b < blocks; b++)
            {
                body(b * size, Math.Min(count, (b + 1) * size));
            }

            return;
        }

        try
        {
            Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, b => body(b * size, Math.Min(count, (b + 1) * size)));
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }
    }
}
