namespace Lifecycle;

/// <summary>A blob that the store holds.</summary>
/// <param name="Digest">SHA-256 of the whole content.</param>
/// <param name="Length">Bytes.</param>
/// <param name="IsNew">Whether the call that returned this record stored it; false when the bytes were there before.</param>
public readonly record struct StoredBlob(Digest Digest, long Length, bool IsNew)
{
    /// <summary>Whether the store holds these bytes only as a part of a bigger blob; listings say so, and such a part goes when no blob needs it.</summary>
    public bool IsPart { get; init; }
}

/// <summary>A part of a blob.</summary>
/// <param name="Offset">First byte, counted from 0.</param>
/// <param name="Length">Bytes; a range beyond the end is cut at the end.</param>
public readonly record struct BlobRange(long Offset, long Length);

/// <summary>How a store lays a blob out.</summary>
public enum BlobLayout
{
    /// <summary>The store decides.</summary>
    Auto,

    /// <summary>One file a blob, so that it can be mapped, linked or cloned; what models are stored as.</summary>
    Whole,
}

/// <summary>How bytes are put.</summary>
public sealed record BlobPutOptions
{
    /// <summary>Layout of the stored blob.</summary>
    public BlobLayout Layout { get; init; }

    /// <summary>The number of bytes that will come, when known: a full disk is then found before the first byte.</summary>
    public long? ExpectedLength { get; init; }
}

/// <summary>How a blob is opened.</summary>
public sealed record BlobOpenOptions
{
    /// <summary>The part to read; null means all of it.</summary>
    public BlobRange? Range { get; init; }

    /// <summary>Whether bytes are checked before they are handed out. True by default.</summary>
    public bool Verify { get; init; } = true;
}

/// <summary>What a completed batch did.</summary>
/// <param name="Blobs">Blobs put.</param>
/// <param name="NewBlobs">Those that were not there before.</param>
/// <param name="Bytes">Bytes put.</param>
/// <param name="StoredBytes">Bytes that had to be stored.</param>
/// <param name="Missing">Blobs that were there when put and vanished before the batch completed: put them again.</param>
public sealed record BlobReceipt(int Blobs, int NewBlobs, long Bytes, long StoredBytes, IReadOnlyList<Digest> Missing);
