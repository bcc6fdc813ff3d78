namespace Lifecycle.Statistics;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014): seeds other generators, and hashes numbers for the sketches.</summary>
internal struct SplitMix64(ulong state)
{
    public const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    private ulong _state = state;

    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public ulong Next() => Mix(_state += GoldenGamma);
}
