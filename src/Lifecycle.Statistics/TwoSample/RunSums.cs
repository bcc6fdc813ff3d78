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

    /// <summary>The largest of i m - j n and of its negative over all parts.</summary>
    public static (long Above, long Below) Extremes(ReadOnlySpan<RunSums> parts)
    {
        (double above, double below) = (0, 0);
        foreach (ref readonly RunSums part in parts)
        {
            (above, below) = (Math.Max(above, Largest(part._above)), Math.Max(below, Largest(-part._below)));
        }

        return ((long)above, (long)below);
    }

    /// <summary>The sums of all parts together.</summary>
    public static MergeTotals Totals(ReadOnlySpan<RunSums> parts)
    {
        double n = parts[0]._n, m = parts[0]._m, size = n + m, product = n * m;
        (long above, long below) = Extremes(parts);
        RunSums all = parts[0];
        foreach (ref readonly RunSums part in parts[1..])
        {
            all._twiceU += part._twiceU;
            all._firstSquares += part._firstSquares;
            all._secondSquares += part._secondSquares;
            all._firstTies += part._firstTies;
            all._secondTies += part._secondTies;
            all._ties += part._ties;
            all._distinct += part._distinct;
            all._anderson.Add(part._anderson);
            all._distance.Add(part._distance);
            all._squared.Add(part._squared);
        }

        return new MergeTotals
        {
            Above = above,
            Below = below,
            TwiceU = (long)all._twiceU,
            FirstSquares = all._firstSquares,
            SecondSquares = all._secondSquares,
            FirstTies = all._firstTies,
            SecondTies = all._secondTies,
            Ties = all._ties,
            Distinct = all._distinct,
            AndersonDarling = all._anderson.Total() / size * (size - 1) / size * (1 / n + 1 / m),
            Distance = all._distance.Total() / product,
            SquaredDistance = all._squared.Total() / product / product,
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
