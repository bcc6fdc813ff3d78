using System.Numerics;

namespace Lifecycle.Statistics;

/// <summary>
/// Runs of equal pooled values in their order: key, and how many values of either sample lie at or below it. Place 0 is the last run of the
/// block before, places from 1 on are this block's. Values and gaps are worked out from them.
/// </summary>
internal readonly ref struct RunBlock(Span<ulong> memory)
{
    /// <summary>Most runs of a block.</summary>
    public const int Runs = 256;

    private const int Copies = 7;

    /// <summary>Where the counts of the first sample begin: behind place 0, an open run at place 1, the runs of a block and the copies of the last.</summary>
    public const int Firsts = Runs + 16;

    /// <summary>Where the counts of the second sample begin.</summary>
    public const int Seconds = 2 * Firsts;

    /// <summary>Where the values of the keys begin, as bits of doubles.</summary>
    public const int Values = 3 * Firsts;

    /// <summary>Where i m - j n begins, as bits of doubles.</summary>
    public const int Gaps = 4 * Firsts;

    /// <summary>Words of a block.</summary>
    public const int Size = 5 * Firsts;

    public Span<ulong> Memory { get; } = memory;

    public ulong Key(int run) => Memory[run];

    public ulong First(int run) => Memory[run + Firsts];

    public ulong Second(int run) => Memory[run + Seconds];

    /// <summary>What lies before the first run: the last one below, or at the very beginning the first one without its values.</summary>
    public void Begin<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b, in MergeCursor cursor)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        (int i, int j) = (cursor.I, cursor.J);
        TKey key = i + j == 0 ? TKey.Min(a[0], b[0]) : i == 0 ? b[j - 1] : j == 0 ? a[i - 1] : TKey.Max(a[i - 1], b[j - 1]);
        Set(0, ulong.CreateTruncating(key), (ulong)i, (ulong)j);
    }

    /// <summary>Copies of the last run behind it, so that vectors may read on: they have no values and no width.</summary>
    public void Pad(int last)
    {
        for (int k = 1; k <= Copies; k++)
        {
            Set(last + k, Key(last), First(last), Second(last));
        }
    }

    public void Set(int place, ulong key, ulong first, ulong second) =>
        (Memory[place], Memory[place + Firsts], Memory[place + Seconds]) = (key, first, second);
}
