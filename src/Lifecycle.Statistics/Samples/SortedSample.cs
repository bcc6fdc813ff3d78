namespace Lifecycle.Statistics;

/// <summary>
/// A sample sorted once, for use in any number of comparisons. NaN and infinite values are dropped and counted apart;
/// -0 equals +0. Sorting is a radix sort, O(n). Immutable.
/// </summary>
public sealed class SortedSample
{
    private readonly float[]? _singles;
    private double[]? _doubles;

    /// <summary>Sorts a copy of the values.</summary>
    /// <param name="values">Values in any order.</param>
    public SortedSample(ReadOnlySpan<double> values)
    {
        _doubles = SampleSorter.Sort(values, out int missing, out int infinite);
        (Missing, Infinite) = (missing, infinite);
    }

    /// <summary>Sorts a copy of the values, in single precision: less memory and half the passes.</summary>
    /// <param name="values">Values in any order.</param>
    public SortedSample(ReadOnlySpan<float> values)
    {
        _singles = SampleSorter.Sort(values, out int missing, out int infinite);
        (Missing, Infinite) = (missing, infinite);
    }

    /// <summary>Number of finite values kept.</summary>
    public int Count => _singles?.Length ?? _doubles!.Length;

    /// <summary>Number of NaN dropped.</summary>
    public int Missing { get; }

    /// <summary>Number of infinite values dropped.</summary>
    public int Infinite { get; }

    /// <summary>The value at a rank.</summary>
    /// <param name="rank">0 for the least value, <see cref="Count"/> - 1 for the largest.</param>
    /// <returns>A finite value.</returns>
    public double this[int rank] => _singles is null ? _doubles![rank] : _singles[rank];

    /// <summary>The sorted values as doubles; of a single-precision sample they are converted on first use.</summary>
    public ReadOnlySpan<double> Values => _doubles ??= Widen(_singles!);

    internal bool IsSingle => _singles is not null;

    internal ReadOnlySpan<float> Singles => _singles;

    private static double[] Widen(float[] singles)
    {
        double[] doubles = GC.AllocateUninitializedArray<double>(singles.Length);
        System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<float, double>(singles, doubles);
        return doubles;
    }
}
