using System.Globalization;
using System.Numerics;

namespace Lifecycle.Data.Parquet;

/// <summary>A whole number and a power of ten as the nearest double.</summary>
internal static class DecimalNumber
{
    private const long Exact = 1L << 53;
    private const int ExactPowers = 22;

    private static readonly double[] _powers = [.. Enumerable.Range(0, ExactPowers + 1).Select(power => Parse(BigInteger.Pow(10, power), 0))];

    // both sides of the division are exact, so its result is the nearest double
    public static double Of(long unscaled, int scale) => scale <= ExactPowers && unscaled is >= -Exact and <= Exact
        ? unscaled / _powers[scale]
        : Parse(unscaled, scale);

    public static double Of(ReadOnlySpan<byte> bigEndian, int scale)
    {
        BigInteger unscaled = new(bigEndian, isUnsigned: false, isBigEndian: true);
        return unscaled >= -Exact && unscaled <= Exact ? Of((long)unscaled, scale) : Parse(unscaled, scale);
    }

    private static double Parse(BigInteger unscaled, int scale) =>
        double.Parse(string.Create(CultureInfo.InvariantCulture, $"{unscaled}e-{scale}"), CultureInfo.InvariantCulture);
}
