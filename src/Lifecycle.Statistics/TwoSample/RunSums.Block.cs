using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Statistics;

internal partial struct RunSums
{
    private void Add<TKey>(in RunBlock block, int runs)
        where TKey : unmanaged
    {
        AddExtremes(block, runs);
        AddSums<TKey>(block, runs);
        ulong values = block.First(runs) + block.Second(runs) - block.First(0) - block.Second(0);
        if (values <= RunBlock.Runs)
        {
            AddSquares(block, runs, values > (ulong)runs);
        }
        else
        {
            AddLongRuns(block, runs);
        }

        _distinct += runs;
    }

    /// <summary>The gaps d = i m - j n of all runs, also of the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddExtremes(in RunBlock block, int runs)
    {
        Vector256<double> n = Vector256.Create((double)_n), m = Vector256.Create((double)_m), above = _above, below = _below;
        ref ulong memory = ref MemoryMarshal.GetReference(block.Memory);
        for (nuint r = 0; r < (nuint)runs + 4; r += 4)
        {
            Vector256<double> i = ToDouble(Vector256.LoadUnsafe(ref memory, r + RunBlock.Firsts));
            Vector256<double> gap = i * m - ToDouble(Vector256.LoadUnsafe(ref memory, r + RunBlock.Seconds)) * n;
            above = Vector256.MaxNative(above, gap);
            below = Vector256.MinNative(below, gap);
            gap.AsUInt64().StoreUnsafe(ref memory, r + RunBlock.Gaps);
        }

        (_above, _below) = (above, below);
    }

    /// <summary>
    /// With d before and d' after a run of l values, B = L + l/2 its middle rank: the distances are sums of |d| and d² over the steps
    /// between runs, A² one of l (d + d')² / (4 B (N - B) - N l), all but for constants.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddSums<TKey>(in RunBlock block, int runs)
        where TKey : unmanaged
    {
        ref ulong memory = ref MemoryMarshal.GetReference(block.Memory);
        for (nuint r = 0; r < (nuint)runs + 4; r += 4)
        {
            ToValue<TKey>(Vector256.LoadUnsafe(ref memory, r)).AsUInt64().StoreUnsafe(ref memory, r + RunBlock.Values);
        }

        Vector256<double> size = Vector256.Create((double)_n + _m), twice = size + size;
        Vector256<double> anderson = default, distance = default, squared = default;
        for (nuint r = 1; r <= (nuint)runs; r += 4)
        {
            Vector256<double> step = Doubles(ref memory, r + RunBlock.Values) - Doubles(ref memory, r - 1 + RunBlock.Values);
            Vector256<double> before = Doubles(ref memory, r - 1 + RunBlock.Gaps), gap = before + Doubles(ref memory, r + RunBlock.Gaps);
            Vector256<double> wide = before * step;
            distance += Vector256.Abs(wide);
            squared += before * wide;
            Vector256<double> pooled = Pooled(ref memory, r - 1), next = Pooled(ref memory, r), middle = pooled + next, run = next - pooled;
            Vector256<double> spread = Vector256.MaxNative(middle * (twice - middle) - size * run, Vector256<double>.One);
            anderson += run * gap * gap / spread;
        }

        _anderson.Add(anderson);
        _distance.Add(distance);
        _squared.Add(squared);
    }

    /// <summary>Of blocks of at most 256 values: their sums of la q² and lb p² stay below 2⁶³.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddSquares(in RunBlock block, int runs, bool tied)
    {
        Vector256<ulong> first = default, second = default, twiceU = default;
        ref ulong memory = ref MemoryMarshal.GetReference(block.Memory);
        for (nuint r = 1; r <= (nuint)runs; r += 4)
        {
            Vector256<ulong> i = Vector256.LoadUnsafe(ref memory, r - 1 + RunBlock.Firsts), nextI = Vector256.LoadUnsafe(ref memory, r + RunBlock.Firsts);
            Vector256<ulong> j = Vector256.LoadUnsafe(ref memory, r - 1 + RunBlock.Seconds), nextJ = Vector256.LoadUnsafe(ref memory, r + RunBlock.Seconds);
            Vector256<ulong> p = i + nextI, q = j + nextJ, product = (nextI - i) * q;
            twiceU += product;
            first += product * q;
            second += (nextJ - j) * p * p;
        }

        _twiceU += Vector256.Sum(twiceU);
        _firstSquares += Vector256.Sum(first);
        _secondSquares += Vector256.Sum(second);
        if (tied)
        {
            AddTies(block, runs);
        }
    }

    /// <summary>Of blocks of at most 256 values: every cube fits into 32 bits, the upper halves stay 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddTies(in RunBlock block, int runs)
    {
        Vector256<uint> firstTies = default, secondTies = default, ties = default, one = Vector256.Create(1UL).AsUInt32();
        ref ulong memory = ref MemoryMarshal.GetReference(block.Memory);
        for (nuint r = 1; r <= (nuint)runs; r += 4)
        {
            Vector256<uint> la = Copies(ref memory, r + RunBlock.Firsts), lb = Copies(ref memory, r + RunBlock.Seconds), l = la + lb;
            firstTies += la * (la * la - one);
            secondTies += lb * (lb * lb - one);
            ties += l * (l * l - one);
        }

        _firstTies += Vector256.Sum(firstTies.AsUInt64());
        _secondTies += Vector256.Sum(secondTies.AsUInt64());
        _ties += Vector256.Sum(ties.AsUInt64());
    }

    private void AddLongRuns(in RunBlock block, int runs)
    {
        MergeTotals totals = default;
        for (int r = 1; r <= runs; r++)
        {
            long i = (long)block.First(r - 1), j = (long)block.Second(r - 1);
            totals.AddRun(i, j, (long)block.First(r) - i, (long)block.Second(r) - j);
        }

        _twiceU += (ulong)totals.TwiceU;
        _firstSquares += totals.FirstSquares;
        _secondSquares += totals.SecondSquares;
        _firstTies += totals.FirstTies;
        _secondTies += totals.SecondTies;
        _ties += totals.Ties;
    }
}
