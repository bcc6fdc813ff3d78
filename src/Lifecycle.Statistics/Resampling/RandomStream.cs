using System.Numerics;

namespace Lifecycle.Statistics;

/// <summary>
/// The random numbers of the house: xoshiro256** (Blackman and Vigna 2018), a stream of its own for every (seed, index),
/// so that parallel draws do not depend on the number of threads. The same seed and index give the same bits everywhere.
/// Not for secrets. One stream belongs to one thread.
/// </summary>
public sealed partial class RandomStream
{
    /// <summary>The seed that is used, and recorded, where the caller names none.</summary>
    public const ulong DefaultSeed = 20260101;

    private const ulong IndexTweak = 0xD1B54A32D192ED03;
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>Opens stream <paramref name="index"/> of a seed.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="index">The stream: usually the index of a replicate or of a chunk.</param>
    public RandomStream(ulong seed = DefaultSeed, ulong index = 0)
        : this(new SplitMix64(SplitMix64.Mix(seed) + SplitMix64.Mix(index ^ IndexTweak)))
    {
    }

    internal RandomStream(SplitMix64 seeds)
    {
        _s0 = seeds.Next();
        _s1 = seeds.Next();
        _s2 = seeds.Next();
        _s3 = seeds.Next();
    }

    /// <summary>Goes to the start of a stream of a seed, as a new one would, without allocating.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="index">The stream.</param>
    public void Reopen(ulong seed, ulong index = 0)
    {
        SplitMix64 seeds = new(SplitMix64.Mix(seed) + SplitMix64.Mix(index ^ IndexTweak));
        _s0 = seeds.Next();
        _s1 = seeds.Next();
        _s2 = seeds.Next();
        _s3 = seeds.Next();
    }

    /// <summary>Where the stream stands, so that another process can go on from there with <see cref="Resume"/>.</summary>
    /// <returns>The 256 bits of the generator.</returns>
    public (ulong First, ulong Second, ulong Third, ulong Fourth) Position() => (_s0, _s1, _s2, _s3);

    /// <summary>Goes to where a stream stood.</summary>
    /// <param name="position">What <see cref="Position"/> gave.</param>
    /// <exception cref="ArgumentException">All bits are 0, which no stream has.</exception>
    public void Resume((ulong First, ulong Second, ulong Third, ulong Fourth) position)
    {
        if (position == default)
        {
            throw new ArgumentException("No stream of random numbers stands at 0; resume from what Position gave.", nameof(position));
        }

        (_s0, _s1, _s2, _s3) = position;
    }

    /// <summary>The first 64 bits of a stream, without making it.</summary>
    internal static ulong FirstOf(ulong seed, ulong index)
    {
        SplitMix64 seeds = new(SplitMix64.Mix(seed) + SplitMix64.Mix(index ^ IndexTweak));
        _ = seeds.Next();
        return BitOperations.RotateLeft(seeds.Next() * 5, 7) * 9;
    }

    /// <summary>Draws 64 random bits.</summary>
    /// <returns>Every value is equally likely.</returns>
    public ulong NextUInt64()
    {
        ulong s1 = _s1, result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        ulong s2 = _s2 ^ _s0, s3 = _s3 ^ s1;
        _s1 = s1 ^ s2;
        _s0 ^= s3;
        _s2 = s2 ^ (s1 << 17);
        _s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Draws a number in [0, 1) with 53 random bits.</summary>
    /// <returns>A multiple of 2⁻⁵³.</returns>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Draws a whole number below a bound without bias (Lemire 2019).</summary>
    /// <param name="bound">Exclusive upper bound, at least 1.</param>
    /// <returns>A number in [0, bound).</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is 0.</exception>
    public ulong NextBelow(ulong bound)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bound);
        ulong high = Math.BigMul(NextUInt64(), bound, out ulong low);
        if (low < bound)
        {
            for (ulong threshold = (0 - bound) % bound; low < threshold;)
            {
                high = Math.BigMul(NextUInt64(), bound, out low);
            }
        }

        return high;
    }

    /// <summary>Draws a whole number below a bound without bias.</summary>
    /// <param name="bound">Exclusive upper bound, at least 1.</param>
    /// <returns>A number in [0, bound).</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is not positive.</exception>
    public int NextBelow(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)NextBelow((ulong)bound);
    }

    /// <summary>Puts the values into a random order (Fisher and Yates).</summary>
    /// <typeparam name="T">Type of a value.</typeparam>
    /// <param name="values">The values, shuffled in place.</param>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextBelow(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
