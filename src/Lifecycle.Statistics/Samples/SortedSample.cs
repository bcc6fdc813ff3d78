namespace Lifecycle.Statistics;

/// <summary>
/// A sample sorted once, for use in any number of comparisons. NaN and infinite values are dropped and counted apart;
/// -0 equals +0. Sorting is a radix sort, O(n). Immutable.
/// </summary>
public sealed class SortedSample
{
    private readonly SortedKeys<uint> _singles;
    private readonly SortedKeys<ulong> _doubles;
    private ulong[]? _widened;
    private double[]? _values;
    private bool _released;

    /// <summary>Sorts a copy of the values.</summary>
    /// <param name="values">Values in any order.</param>
    public SortedSample(ReadOnlySpan<double> values)
    {
        _doubles = SampleSorter.Sort(values);
        (Count, Missing, Infinite) = (_doubles.Count, _doubles.Missing, _doubles.Infinite);
    }

    /// <summary>Sorts a copy of the values, in single precision: less memory and half the passes.</summary>
    /// <param name="values">Values in any order.</param>
    public SortedSample(ReadOnlySpan<float> values)
    {
        _singles = SampleSorter.Sort(values);
        IsSingle = true;
        (Count, Missing, Infinite) = (_singles.Count, _singles.Missing, _singles.Infinite);
    }

    /// <summary>Number of finite values kept.</summary>
    public int Count { get; }

    /// <summary>Number of NaN dropped.</summary>
    public int Missing { get; }

    /// <summary>Number of infinite values dropped.</summary>
    public int Infinite { get; }

    /// <summary>The value at a rank.</summary>
    /// <param name="rank">0 for the least value, <see cref="Count"/> - 1 for the largest.</param>
    /// <returns>A finite value.</returns>
    public double this[int rank] => IsSingle ? OrderKey.ToSingle(SingleKeys[rank]) : OrderKey.ToDouble(DoubleKeys[rank]);

    /// <summary>The sorted values as doubles, made on first use.</summary>
    public ReadOnlySpan<double> Values => _values ??= ToValues();

    internal bool IsSingle { get; }

    internal ReadOnlySpan<uint> SingleKeys => SingleKeysAndEnd.Span[..Count];

    /// <summary>Keys of the values as doubles; of a single-precision sample they are made on first use.</summary>
    internal ReadOnlySpan<ulong> DoubleKeys => DoubleKeysAndEnd.Span[..Count];

    internal ReadOnlyMemory<uint> SingleKeysAndEnd
    {
        get
        {
            ObjectDisposedException.ThrowIf(_released, this);
            return _singles.KeysAndEnd;
        }
    }

    internal ReadOnlyMemory<ulong> DoubleKeysAndEnd
    {
        get
        {
            ObjectDisposedException.ThrowIf(_released, this);
            return IsSingle ? _widened ??= Widen() : _doubles.KeysAndEnd;
        }
    }

    /// <summary>Gives the rented keys back; for samples that nobody else holds.</summary>
    internal void Release()
    {
        if (_released)
        {
            return;
        }

        _released = true;
        if (IsSingle)
        {
            _singles.Dispose();
        }
        else
        {
            _doubles.Dispose();
        }
    }

    private ulong[] Widen()
    {
        ReadOnlySpan<uint> keys = SingleKeys;
        ulong[] wide = GC.AllocateUninitializedArray<ulong>(keys.Length + 1);
        for (int i = 0; i < keys.Length; i++)
        {
            Interruption.LookAt(i);
            wide[i] = OrderKey.Of((double)OrderKey.ToSingle(keys[i]));
        }

        wide[^1] = ulong.MaxValue;

        return wide;
    }

    private double[] ToValues()
    {
        double[] values = GC.AllocateUninitializedArray<double>(Count);
        if (IsSingle)
        {
            ReadOnlySpan<uint> keys = SingleKeys;
            for (int i = 0; i < values.Length; i++)
            {
                Interruption.LookAt(i);
                values[i] = OrderKey.ToSingle(keys[i]);
            }

            return values;
        }

        ReadOnlySpan<ulong> wide = DoubleKeys;
        for (int i = 0; i < values.Length; i++)
        {
            Interruption.LookAt(i);
            values[i] = OrderKey.ToDouble(wide[i]);
        }

        return values;
    }
}
