using System.Runtime.Intrinsics;

namespace Lifecycle.Statistics;

/// <summary>
/// The sums over runs that a walk yields, four runs at a time in a fixed order: the same bits with and without vector hardware. Whole numbers
/// are exact for pools of up to 2²⁶ values; other sums have terms of one sign, are plain within a block and compensated between blocks.
/// </summary>
internal partial struct RunSums
{
    private readonly int _n, _m;
    private VectorSum _anderson, _distance, _squared;
    private Vector256<double> _above, _below;
    private UInt128 _twiceU;
    private UInt128 _firstSquares, _secondSquares, _firstTies, _secondTies, _ties;
    private long _distinct;

    public RunSums(int n, int m) => (_n, _m) = (n, m);

    /// <summary>The largest of i m - j n and of its negative over both halves.</summary>
    public static (long Above, long Below) Extremes(in RunSums low, in RunSums high) =>
        ((long)Math.Max(Largest(low._above), Largest(high._above)), (long)Math.Max(Largest(-low._below), Largest(-high._below)));

    /// <summary>The sums of both halves together.</summary>
    public static MergeTotals Totals(in RunSums low, in RunSums high)
    {
        double n = low._n, m = low._m, size = n + m, product = n * m;
        (long above, long below) = Extremes(low, high);
        return new MergeTotals
        {
            Above = above,
            Below = below,
            TwiceU = (long)(low._twiceU + high._twiceU),
            FirstSquares = low._firstSquares + high._firstSquares,
            SecondSquares = low._secondSquares + high._secondSquares,
            FirstTies = low._firstTies + high._firstTies,
            SecondTies = low._secondTies + high._secondTies,
            Ties = low._ties + high._ties,
            Distinct = low._distinct + high._distinct,
            AndersonDarling = VectorSum.Of(low._anderson, high._anderson) / size * (size - 1) / size * (1 / n + 1 / m),
            Distance = VectorSum.Of(low._distance, high._distance) / product,
            SquaredDistance = VectorSum.Of(low._squared, high._squared) / product / product,
        };
    }

    /// <summary>Takes the closed runs of a block and leaves the open one at its beginning.</summary>
    public void Take<TKey>(in RunBlock block, ref MergeCursor cursor, bool whole)
        where TKey : unmanaged
    {
        bool ends = cursor.Left == 0;
        int open = cursor.Run, closed = ends ? open : open - 1;
        if (closed < 1)
        {
            return;
        }

        (ulong key, ulong first, ulong second) = (block.Key(open), block.First(open), block.Second(open));
        block.Pad(closed);
        if (whole)
        {
            Add<TKey>(block, closed);
        }
        else
        {
            AddExtremes(block, closed);
        }

        block.Set(0, block.Key(closed), block.First(closed), block.Second(closed));
        block.Set(1, key, first, second);
        cursor.Run = ends ? 0 : 1;
    }
}
