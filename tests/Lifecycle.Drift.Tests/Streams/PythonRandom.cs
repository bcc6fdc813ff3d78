namespace Lifecycle.Drift.Tests;

/// <summary>CPython's <c>random.Random</c>: MT19937 (Matsumoto and Nishimura 1998) seeded by <c>init_by_array</c>, and the few ways to
/// draw that the golden streams use.</summary>
internal sealed class PythonRandom
{
    private const int N = 624;
    private const int M = 397;

    private readonly uint[] _state = new uint[N];
    private int _at = N;
    private double? _gauss;

    public PythonRandom(uint seed)
    {
        _state[0] = 19650218;
        for (int i = 1; i < N; i++)
        {
            _state[i] = 1812433253 * (_state[i - 1] ^ (_state[i - 1] >> 30)) + (uint)i;
        }

        int at = 1;
        for (int k = 0; k < N; k++)
        {
            _state[at] = (_state[at] ^ ((_state[at - 1] ^ (_state[at - 1] >> 30)) * 1664525)) + seed;
            at = Next(at);
        }

        for (int k = 0; k < N - 1; k++)
        {
            _state[at] = (_state[at] ^ ((_state[at - 1] ^ (_state[at - 1] >> 30)) * 1566083941)) - (uint)at;
            at = Next(at);
        }

        _state[0] = 0x80000000;
    }

    public uint Bits()
    {
        if (_at == N)
        {
            for (int i = 0; i < N; i++)
            {
                uint mixed = (_state[i] & 0x80000000) | (_state[(i + 1) % N] & 0x7FFFFFFF);
                _state[i] = _state[(i + M) % N] ^ (mixed >> 1) ^ ((mixed & 1) == 0 ? 0 : 0x9908B0DF);
            }

            _at = 0;
        }

        uint y = _state[_at++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    public double Random()
    {
        uint a = Bits() >> 5, b = Bits() >> 6;
        return (a * 67108864.0 + b) / 9007199254740992.0;
    }

    /// <summary><c>_randbelow</c>: bits that are enough, drawn again while too large.</summary>
    public int Below(int bound)
    {
        int bits = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)bound);
        uint drawn = Bits() >> (32 - bits);
        while (drawn >= bound)
        {
            drawn = Bits() >> (32 - bits);
        }

        return (int)drawn;
    }

    /// <summary><c>choices(values, k=count)</c>.</summary>
    public double[] Choices(double[] values, int count) => [.. Enumerable.Range(0, count).Select(_ => values[(int)(Random() * values.Length)])];

    /// <summary><c>choices([0, 1], [zero, one], k=count)</c>.</summary>
    public double[] Choices(double zero, double one, int count) => [.. Enumerable.Range(0, count).Select(_ => Random() * (zero + one) < zero ? 0.0 : 1.0)];

    public double Gauss(double mean, double deviation)
    {
        double z;
        if (_gauss is { } kept)
        {
            (z, _gauss) = (kept, null);
        }
        else
        {
            double angle = Random() * (2 * Math.PI), radius = Math.Sqrt(-2 * Math.Log(1 - Random()));
            (z, _gauss) = (Math.Cos(angle) * radius, Math.Sin(angle) * radius);
        }

        return mean + z * deviation;
    }

    private int Next(int at)
    {
        if (at + 1 < N)
        {
            return at + 1;
        }

        _state[0] = _state[N - 1];
        return 1;
    }
}
