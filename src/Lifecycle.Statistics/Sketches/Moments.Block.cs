using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Statistics;

public readonly partial record struct Moments
{
    private const int Lanes = 8;

    /// <summary>
    /// The moments of a block of a stream at memory speed: a pivot is subtracted, then two passes over 8 sums, in an order that is the same on
    /// every processor. Without the compensation of <see cref="Of"/>: for blocks of some thousand values.
    /// </summary>
    /// <param name="values">Finite values.</param>
    /// <returns>The moments.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Moments OfBlock(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
        {
            return default;
        }

        ref double first = ref MemoryMarshal.GetReference(values);
        double pivot = first;
        Vector512<double> pivots = Vector512.Create(pivot), sums = default, least = pivots, most = pivots;
        int whole = values.Length - values.Length % Lanes;
        for (int i = 0; i < whole; i += Lanes)
        {
            Vector512<double> eight = Vector512.LoadUnsafe(ref first, (nuint)i);
            sums += eight - pivots;
            least = Vector512.MinNative(least, eight);
            most = Vector512.MaxNative(most, eight);
        }

        double sum = InOrder(sums), minimum = pivot, maximum = pivot;
        for (int lane = 0; lane < Lanes; lane++)
        {
            minimum = Math.Min(minimum, least.GetElement(lane));
            maximum = Math.Max(maximum, most.GetElement(lane));
        }

        for (int i = whole; i < values.Length; i++)
        {
            sum += values[i] - pivot;
            minimum = Math.Min(minimum, values[i]);
            maximum = Math.Max(maximum, values[i]);
        }

        double mean = pivot + sum / values.Length;
        Vector512<double> means = Vector512.Create(mean), squares = default, rests = default;
        for (int i = 0; i < whole; i += Lanes)
        {
            Vector512<double> deviations = Vector512.LoadUnsafe(ref first, (nuint)i) - means;
            squares += deviations * deviations;
            rests += deviations;
        }

        double squared = InOrder(squares), rest = InOrder(rests);
        for (int i = whole; i < values.Length; i++)
        {
            double deviation = values[i] - mean;
            squared += deviation * deviation;
            rest += deviation;
        }

        return new Moments(values.Length, mean + rest / values.Length, Math.Max(0, squared - rest * rest / values.Length), minimum, maximum);
    }

    private static double InOrder(Vector512<double> sums)
    {
        double sum = 0;
        for (int lane = 0; lane < Lanes; lane++)
        {
            sum += sums.GetElement(lane);
        }

        return sum;
    }
}
