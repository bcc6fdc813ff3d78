using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Statistics;

/// <summary>Four sums side by side, each with the exact error of its additions (Knuth's TwoSum) summed apart.</summary>
internal struct VectorSum
{
    private Vector256<double> _sum, _lost;

    /// <summary>The four sums together.</summary>
    public readonly double Total()
    {
        CompensatedSum all = default;
        for (int lane = 0; lane < 4; lane++)
        {
            all.Add(_sum[lane]);
            all.Add(_lost[lane]);
        }

        return all.Value;
    }

    public void Add(in VectorSum other)
    {
        Add(other._sum);
        _lost += other._lost;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector256<double> terms)
    {
        Vector256<double> total = _sum + terms, part = total - _sum;
        _lost += (_sum - (total - part)) + (terms - part);
        _sum = total;
    }
}
