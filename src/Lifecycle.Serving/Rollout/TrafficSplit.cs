using System.IO.Hashing;
using System.Text;

namespace Lifecycle.Serving;

/// <summary>
/// Which of 10,000 buckets belongs to which arm, and which bucket a key falls into. A key's bucket depends on the key and the model alone; when weights change,
/// exactly as many buckets move as the growing arms gain.
/// </summary>
/// <remarks>
/// Bucket = the upper 64 bits of XXH64(UTF-8 of the key, XXH64(UTF-8 of the model, 0)) times 10,000. Arms claim buckets in the order of one permutation:
/// 0 to 9,999 sorted by SplitMix64's finaliser of the bucket + 1 (Steele, Lea and Flood, OOPSLA 2014).
/// </remarks>
internal static class TrafficSplit
{
    /// <summary>Number of buckets, and the sum of all weights.</summary>
    public const int Buckets = 10_000;

    private const int StackBytes = 256;

    private static readonly ushort[] Permutation = Permute();

    /// <summary>The buckets in the order in which arms claim them.</summary>
    public static ReadOnlySpan<ushort> Order => Permutation;

    /// <summary>The seed of a model's keys.</summary>
    public static long Seed(string model) => unchecked((long)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(model)));

    /// <summary>The bucket of a key.</summary>
    public static int Bucket(ReadOnlySpan<char> key, long seed)
    {
        int most = Encoding.UTF8.GetMaxByteCount(key.Length);
        Span<byte> utf8 = most <= StackBytes ? stackalloc byte[StackBytes] : new byte[most];
        return Bucket(utf8[..Encoding.UTF8.GetBytes(key, utf8)], seed);
    }

    /// <summary>The bucket of a request without a key: that of its id.</summary>
    public static int Bucket(Guid id, long seed)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Bucket(bytes, seed);
    }

    /// <summary>The table of weights alone: all buckets belong to the first arm; each further one, in order, claims the next of the permutation.</summary>
    /// <param name="weights">In 1/100 percent; their sum is 10,000; at most 256.</param>
    public static byte[] Table(ReadOnlySpan<int> weights)
    {
        byte[] table = new byte[Buckets];
        int at = 0;
        for (int arm = 1; arm < weights.Length; arm++)
        {
            for (int i = 0; i < weights[arm]; i++)
            {
                table[Order[at++]] = (byte)arm;
            }
        }

        return table;
    }

    /// <summary>
    /// The table that follows another one: arms that shrink give back their latest buckets of the permutation, arms that grow take the free ones in its order.
    /// </summary>
    /// <param name="before">The table of the arms before.</param>
    /// <param name="carried">For each arm before its place now; -1 when it is gone.</param>
    /// <param name="weights">The weights now.</param>
    public static byte[] Table(ReadOnlySpan<byte> before, ReadOnlySpan<int> carried, ReadOnlySpan<int> weights)
    {
        const byte Free = byte.MaxValue;
        byte[] table = new byte[Buckets];
        int[] held = new int[weights.Length];
        foreach (ushort bucket in Order)
        {
            int arm = carried[before[bucket]];
            bool keeps = arm >= 0 && held[arm] < weights[arm];
            table[bucket] = keeps ? (byte)arm : Free;
            if (keeps)
            {
                held[arm]++;
            }
        }

        int taker = 0;
        foreach (ushort bucket in Order)
        {
            if (table[bucket] == Free)
            {
                while (held[taker] == weights[taker])
                {
                    taker++;
                }

                table[bucket] = (byte)taker;
                held[taker]++;
            }
        }

        return table;
    }

    private static int Bucket(ReadOnlySpan<byte> bytes, long seed) => (int)Math.BigMul(XxHash64.HashToUInt64(bytes, seed), Buckets, out _);

    private static ushort[] Permute()
    {
        ulong[] keys = new ulong[Buckets];
        ushort[] order = new ushort[Buckets];
        for (int i = 0; i < Buckets; i++)
        {
            keys[i] = Mix((ulong)i + 1);
            order[i] = (ushort)i;
        }

        Array.Sort(keys, order);
        return order;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
