using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Statistics;

/// <summary>
/// Counts of finite values in buckets whose width grows with the value: the sign, the exponent and the first mantissa bits of the value in
/// single precision. Any quantile is within 1.6 % of the true value with 5 mantissa bits. Merging adds counts: commutative and associative
/// to the bit, also after <see cref="ToBytes"/>. Values beyond single precision count in the outermost buckets, subnormal ones as 0. Not thread-safe.
/// </summary>
public sealed partial class LogHistogram
{
    /// <summary>Most mantissa bits.</summary>
    public const int MostBits = 5;

    private const int HeadBits = 9;
    private const float LeastNormal = 1.17549435e-38f;

    private long[] _counts;

    /// <summary>Starts an empty histogram.</summary>
    /// <param name="bits">Mantissa bits of a bucket, in [0, 5].</param>
    /// <exception cref="ArgumentOutOfRangeException">The bits are out of range.</exception>
    public LogHistogram(int bits = MostBits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MostBits);
        Bits = bits;
        _counts = new long[1 << (HeadBits + bits)];
    }

    /// <summary>Mantissa bits of a bucket.</summary>
    public int Bits { get; private set; }

    /// <summary>Number of finite values added.</summary>
    public long Count { get; private set; }

    /// <summary>Most a quantile differs from the true value, as a share of it: 2^-(bits + 1), with rounding to single precision; .016 with 5 bits.</summary>
    public double RelativeError => Math.ScaleB(1, -Bits - 1) + 1e-7;

    /// <summary>Adds a value.</summary>
    /// <param name="value">NaN and infinite values are left out.</param>
    public void Add(double value)
    {
        if (double.IsFinite(value))
        {
            _counts[BucketOf(value)]++;
            Count++;
        }
    }

    /// <summary>Adds values; the same as adding them one after the other.</summary>
    /// <param name="values">NaN and infinite values are left out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<double> values)
    {
        const int lanes = 8;
        ref long counts = ref MemoryMarshal.GetArrayDataReference(_counts);
        ref double first = ref MemoryMarshal.GetReference(values);
        int shift = 32 - HeadBits - Bits, at = 0, mask = _counts.Length - 1;
        Vector512<double> most = Vector512.Create((double)float.MaxValue);
        for (; at <= values.Length - lanes; at += lanes)
        {
            Interruption.LookAt(at + lanes - 1);
            Vector512<double> eight = Vector512.LoadUnsafe(ref first, (nuint)at);
            if (!Vector512.LessThanOrEqualAll(Vector512.Abs(eight), most))
            {
                // NaN, infinite, or beyond single precision: one by one.
                for (int i = at; i < at + lanes; i++)
                {
                    Add(values[i]);
                }

                continue;
            }

            Vector256<float> single = Vector256.Narrow(eight.GetLower(), eight.GetUpper());
            Vector256<int> isNormal = Vector256.GreaterThanOrEqual(Vector256.Abs(single), Vector256.Create(LeastNormal)).AsInt32();
            Vector256<int> bits = single.AsInt32() & isNormal;
            Vector256<uint> keys = (bits ^ ((bits >> 31) | Vector256.Create(int.MinValue))).AsUInt32() >> shift;
            for (int i = 0; i < lanes; i++)
            {
                Unsafe.Add(ref counts, (int)keys.GetElement(i) & mask)++;
            }

            Count += lanes;
        }

        for (; at < values.Length; at++)
        {
            Add(values[at]);
        }
    }

    /// <summary>Takes over what another histogram has seen. The bits become the fewer of the two.</summary>
    /// <param name="other">The other histogram, left as it is.</param>
    public void Merge(LogHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Coarsen(Math.Min(Bits, other.Bits));
        int shift = other.Bits - Bits;
        for (int i = 0; i < other._counts.Length; i++)
        {
            _counts[i >> shift] += other._counts[i];
        }

        Count += ReferenceEquals(this, other) ? Count : other.Count;
    }

    /// <summary>Joins neighbouring buckets.</summary>
    /// <param name="bits">Mantissa bits, in [0, <see cref="Bits"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException">The bits are out of range.</exception>
    public void Coarsen(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, Bits);
        int shift = Bits - bits;
        if (shift == 0)
        {
            return;
        }

        long[] coarse = new long[_counts.Length >> shift];
        for (int i = 0; i < _counts.Length; i++)
        {
            coarse[i >> shift] += _counts[i];
        }

        (_counts, Bits) = (coarse, bits);
    }

    /// <summary>The value below which a share of the values lies.</summary>
    /// <param name="share">In [0, 1].</param>
    /// <returns>The middle of the bucket of the value at place ⌊share·n⌋ of the sorted values; NaN when there is none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share lies outside [0, 1].</exception>
    public double Quantile(double share)
    {
        if (!(share is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share lies between 0 and 1, for example 0.5 for the median.");
        }

        long place = (long)Math.Min(share * Count, Count - 1.0), seen = 0;
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen > place)
            {
                return MiddleOf(bucket);
            }
        }

        return double.NaN;
    }

    /// <summary>The buckets that hold values, ascending.</summary>
    /// <returns>The middle of each and its count.</returns>
    public IEnumerable<(double Middle, long Count)> Buckets()
    {
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            if (_counts[bucket] > 0)
            {
                yield return (MiddleOf(bucket), _counts[bucket]);
            }
        }
    }

    private int BucketOf(double value)
    {
        float single = (float)Math.Clamp(value, -float.MaxValue, float.MaxValue);
        return (int)(OrderKey.Of(Math.Abs(single) < LeastNormal ? 0 : single) >> (32 - HeadBits - Bits));
    }

    private double MiddleOf(int bucket)
    {
        int shift = 32 - HeadBits - Bits;
        uint least = (uint)bucket << shift, most = least | ((1u << shift) - 1);
        if (bucket == BucketOf(0))
        {
            return 0;
        }

        // The bucket ends where the next one begins; beyond the greatest single the same width is added.
        double low = OrderKey.ToSingle(least), high = OrderKey.ToSingle(most);
        return 0.5 * low + 0.5 * high;
    }
}
