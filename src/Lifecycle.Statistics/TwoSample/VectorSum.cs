using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Statistics;

/// <summary>Four sums side by side, each with the exact error of its additions (Knuth's TwoSum) summed apart.</summary>
internal struct VectorSum
{
    private Vector256<double> _sum, _lost;

    /// <summary>All sums of both together.</summary>
    public static double Of(in VectorSum first, in VectorSum second)
    {
        CompensatedSum all = default;
        for (int lane = 0; lane < 4; lane++)
        {
            all.Add(first._sum[lane]);
            all.Add(first._lost[lane]);
            all.Add(second._sum[lane]);
            all.Add(second._lost[lane]);
        }

        return all.Value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector256<double> terms)
    {
        Vector256<double> total = _sum + terms, part = total - _sum;
        _lost += (_sum - (total - part)) + (terms - part);
        _sum = total;
    }
}
