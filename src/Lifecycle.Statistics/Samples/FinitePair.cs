using System.Buffers;
using System.Numerics.Tensors;

namespace Lifecycle.Statistics;

/// <summary>
/// The finite values of two samples as doubles in one rented array, for tests of moments. Where the largest would overflow when squared,
/// or the smallest differences vanish, all are scaled by one power of two, which such tests do not see.
/// </summary>
internal readonly struct FinitePair : IDisposable
{
    private const int SafeExponent = 300;
    private readonly double[] _rented;
    private readonly int _first, _second;

    private FinitePair(double[] rented, int first, int second, int firstDropped, int secondDropped)
    {
        (_rented, _first, _second) = (rented, first, second);
        if (first == 0 || second == 0)
        {
            ArrayPool<double>.Shared.Return(rented);
            (string name, int dropped) = first == 0 ? (nameof(first), firstDropped) : (nameof(second), secondDropped);
            throw new ArgumentException($"The {name} sample has no finite value to test ({dropped} NaN and infinite were dropped).", name);
        }

        double largest = Math.Abs(TensorPrimitives.MaxMagnitude<double>(All));
        int exponent = largest > 0 ? Math.ILogB(largest) : 0;
        if (Math.Abs(exponent) > SafeExponent)
        {
            foreach (ref double value in rented.AsSpan(0, first + second))
            {
                value = Math.ScaleB(value, -exponent);
            }
        }
    }

    public ReadOnlySpan<double> First => _rented.AsSpan(0, _first);

    public ReadOnlySpan<double> Second => _rented.AsSpan(_first, _second);

    public ReadOnlySpan<double> All => _rented.AsSpan(0, _first + _second);

    public static FinitePair Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        double[] rented = ArrayPool<double>.Shared.Rent(first.Length + second.Length);
        int n = Keep(first, rented, 0), m = Keep(second, rented, n) - n;
        return new FinitePair(rented, n, m, first.Length - n, second.Length - m);
    }

    public static FinitePair Of(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        double[] rented = ArrayPool<double>.Shared.Rent(first.Length + second.Length);
        int n = Keep(first, rented, 0), m = Keep(second, rented, n) - n;
        return new FinitePair(rented, n, m, first.Length - n, second.Length - m);
    }

    public static FinitePair Of(SortedSample first, SortedSample second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Of(first.Values, second.Values);
    }

    public void Dispose() => ArrayPool<double>.Shared.Return(_rented);

    private static int Keep<T>(ReadOnlySpan<T> values, double[] to, int count)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        foreach (T value in values)
        {
            if (T.IsFinite(value))
            {
                to[count++] = double.CreateTruncating(value);
            }
        }

        return count;
    }
}
