namespace Lifecycle.Statistics;

/// <summary>
/// How often a row is in a Poisson bootstrap replicate: Poisson(1) from 32 random bits by the inverse distribution function, cut at 12.
/// One draw of 64 bits gives two rows.
/// </summary>
public static class PoissonMultiplicity
{
    /// <summary>The greatest multiplicity.</summary>
    public const int Maximum = 12;

    private const int IndexBits = 12;
    private const byte Unsettled = byte.MaxValue;

    // Multiplicity k is drawn for bits below the k-th of these and not below the one before.
    private static readonly ulong[] Ends = CreateEnds();
    private static readonly byte[] Settled = CreateTable();

    /// <summary>Draws the multiplicities of rows.</summary>
    /// <param name="random">The stream of this replicate.</param>
    /// <param name="multiplicities">Receives one a row.</param>
    public static void Draw(RandomStream random, Span<byte> multiplicities)
    {
        ArgumentNullException.ThrowIfNull(random);
        byte[] settled = Settled;
        int i = 0;
        for (; i + 1 < multiplicities.Length; i += 2)
        {
            ulong bits = random.NextUInt64();
            uint first = (uint)(bits >> 32), second = (uint)bits;
            byte one = settled[first >> (32 - IndexBits)], two = settled[second >> (32 - IndexBits)];
            multiplicities[i] = one == Unsettled ? Of(first) : one;
            multiplicities[i + 1] = two == Unsettled ? Of(second) : two;
        }

        if (i < multiplicities.Length)
        {
            multiplicities[i] = Of((uint)(random.NextUInt64() >> 32));
        }
    }

    /// <summary>The multiplicity that 32 bits stand for.</summary>
    /// <param name="bits">Random bits.</param>
    /// <returns>A number in [0, 12].</returns>
    public static byte Of(uint bits)
    {
        byte k = 0;
        while (k < Maximum && bits >= Ends[k])
        {
            k++;
        }

        return k;
    }

    private static ulong[] CreateEnds()
    {
        ulong[] ends = new ulong[Maximum];
        double term = Math.Exp(-1), sum = 0;
        for (int k = 0; k < Maximum; k++)
        {
            sum += term;
            term /= k + 1;
            ends[k] = (ulong)Math.Ceiling(sum * 4294967296.0);
        }

        return ends;
    }

    private static byte[] CreateTable()
    {
        byte[] table = new byte[1 << IndexBits];
        for (uint i = 0; i < table.Length; i++)
        {
            uint low = i << (32 - IndexBits), high = low | ((1u << (32 - IndexBits)) - 1);
            table[i] = Of(low) == Of(high) ? Of(low) : Unsettled;
        }

        return table;
    }
}
