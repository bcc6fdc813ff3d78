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

    public readonly (long Above, long Below) Extremes => ((long)Largest(_above), (long)Largest(-_below));

    public readonly MergeTotals ToTotals()
    {
        double size = (double)_n + _m, product = (double)_n * _m;
        return new MergeTotals
        {
            Above = Extremes.Above,
            Below = Extremes.Below,
            TwiceU = (long)_twiceU,
            FirstSquares = _firstSquares,
            SecondSquares = _secondSquares,
            FirstTies = _firstTies,
            SecondTies = _secondTies,
            Ties = _ties,
            Distinct = _distinct,
            AndersonDarling = _anderson.Value / size * (size - 1) / size * (1.0 / _n + 1.0 / _m),
            Distance = _distance.Value / product,
            SquaredDistance = _squared.Value / product / product,
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
