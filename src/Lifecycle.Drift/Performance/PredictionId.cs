using System.Text;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// What joins a prediction and its label: a Guid, a whole number, or a text of at most 64 bytes of UTF-8. Kept as 64 bits: numbers exactly,
/// the others as a hash, which among a million open predictions takes one for another about once in 10^13 labels.
/// </summary>
public readonly record struct PredictionId
{
    /// <summary>Longest text, in bytes of UTF-8.</summary>
    public const int MostBytes = 64;

    private PredictionId(ulong key) => Key = key;

    internal ulong Key { get; }

    /// <summary>The id of a Guid.</summary>
    public static implicit operator PredictionId(Guid id) => FromGuid(id);

    /// <summary>The id of a number.</summary>
    public static implicit operator PredictionId(long id) => FromInt64(id);

    /// <summary>The id of a text.</summary>
    /// <exception cref="ArgumentException">The text is null, empty or longer than 64 bytes of UTF-8.</exception>
    public static implicit operator PredictionId(string id) => FromString(id);

    /// <summary>The id of a Guid.</summary>
    public static PredictionId FromGuid(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return new PredictionId(SketchHash.Of(bytes));
    }

    /// <summary>The id of a number; different numbers never meet.</summary>
    public static PredictionId FromInt64(long id)
    {
        // A bijection of 64 bits (the finalizer of SplitMix64), so that neighbouring numbers spread over the index.
        ulong z = (ulong)id;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return new PredictionId(z ^ (z >> 31));
    }

    /// <summary>The id of a text.</summary>
    /// <exception cref="ArgumentException">The text is null, empty or longer than 64 bytes of UTF-8.</exception>
    public static PredictionId FromString(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        int length = id.Length > MostBytes ? id.Length : Encoding.UTF8.GetByteCount(id);
        if (length > MostBytes)
        {
            throw new ArgumentException($"An id of a prediction has at most {MostBytes} bytes of UTF-8, not {length}. Use a Guid or a shorter text.", nameof(id));
        }

        Span<byte> bytes = stackalloc byte[MostBytes];
        return new PredictionId(SketchHash.Of(bytes[..Encoding.UTF8.GetBytes(id, bytes)]));
    }

    internal static PredictionId FromKey(ulong key) => new(key);

    /// <summary>The 64 bits in hexadecimal digits.</summary>
    public override string ToString() => Key.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
