namespace Lifecycle.Validation;

/// <summary>Work over rows in fixed chunks, so that results do not depend on how many threads there are.</summary>
internal static class RowChunks
{
    public const int Rows = 65_536;

    public static int Count(int rows) => (int)(((long)rows + Rows - 1) / Rows);

    /// <summary>Calls the work once a chunk, in any order.</summary>
    public static void Each(int rows, Action<int, int, int> work)
    {
        int chunks = Count(rows);
        if (chunks <= 1)
        {
            work(0, 0, rows);
            return;
        }

        Parallel.For(0, chunks, c => work(c, c * Rows, (int)Math.Min(rows, ((long)c + 1) * Rows)));
    }
}
