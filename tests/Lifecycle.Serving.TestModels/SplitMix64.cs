namespace Lifecycle.Serving.TestModels;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014): the weights of the test models.</summary>
public sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [-1, 1) of 24 bits.</summary>
    public double Unit() => ((Next() >> 40) / 16777216.0 * 2) - 1;

    /// <summary>A number in [0, count).</summary>
    public int Below(int count) => (int)(Next() % (ulong)count);
}
