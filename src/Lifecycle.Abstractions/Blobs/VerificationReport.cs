namespace Lifecycle;

/// <summary>Which part of a store a verification reads, and how fast. Small files that hold the store together are read in any case.</summary>
public sealed class VerificationOptions
{
    /// <summary>Chance of every blob to be read, above 0 and at most 1.</summary>
    public double Fraction { get; private set; } = 1;

    /// <summary>Bytes read in a second at most; null: as fast as it goes.</summary>
    public long? BytesPerSecond { get; private set; }

    /// <summary>Whether only what the registered sources need is read.</summary>
    public bool IsReachableOnly { get; private set; }

    /// <summary>Reads each blob with this chance: a store that is too big for one night is read over many.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0 and at most 1.</exception>
    public VerificationOptions Sample(double fraction)
    {
        Fraction = fraction is > 0 and <= 1
            ? fraction
            : throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The part of a store to verify is above 0 and at most 1.");
        return this;
    }

    /// <summary>Reads no faster than this, so that others can work beside it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public VerificationOptions Limit(long bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, 1);
        BytesPerSecond = bytesPerSecond;
        return this;
    }

    /// <summary>Leaves out what no registered source needs.</summary>
    public VerificationOptions ReachableOnly()
    {
        IsReachableOnly = true;
        return this;
    }
}

/// <summary>What a verification of the store found.</summary>
/// <param name="Blobs">Blobs and parts of blobs read.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="Damaged">Blobs whose bytes do not fit their digest, and files that do not belong.</param>
/// <param name="Missing">Digests that a source or a chunked blob refers to and the store does not hold.</param>
public sealed record VerificationReport(long Blobs, long Bytes, IReadOnlyList<DamagedBlob> Damaged, IReadOnlyList<MissingBlob> Missing)
{
    /// <summary>What the registered sources found wrong in what they keep, one sentence each.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>
    /// Sources of this store that are not registered in this process: whether what they need is there was not checked.
    /// </summary>
    public IReadOnlyList<string> UnknownSources { get; init; } = [];

    /// <summary>Whether nothing is damaged, nothing is missing and no source found a problem.</summary>
    public bool IsSound => Damaged.Count == 0 && Missing.Count == 0 && Problems.Count == 0;
}

/// <summary>A file that is not what it should be.</summary>
/// <param name="File">The file, relative to the store.</param>
/// <param name="Expected">The digest the damaged bytes should have; null when no digest is known for them.</param>
/// <param name="Actual">The digest of the bytes that are there; null when they could not be read.</param>
/// <param name="Problem">One sentence for a person.</param>
public sealed record DamagedBlob(string File, Digest? Expected, Digest? Actual, string Problem)
{
    /// <summary>Blobs of which no sound copy is left in the store because of this damage, in order: the damaged one, and those it is a part of.</summary>
    public IReadOnlyList<Digest> Affected { get; init; } = [];

    /// <summary>What needs the blobs in <see cref="Affected"/>.</summary>
    public IReadOnlyList<BlobHolder> NeededBy { get; init; } = [];
}

/// <summary>A blob that a feature needs and the store does not hold.</summary>
/// <param name="Digest">The blob.</param>
/// <param name="Source">Who needs it: the name of a source, or <c>store</c> for a part of a chunked blob.</param>
public sealed record MissingBlob(Digest Digest, string Source)
{
    /// <summary>What needs it.</summary>
    public IReadOnlyList<BlobHolder> NeededBy { get; init; } = [];
}

/// <summary>What a repair did.</summary>
/// <param name="Restored">Blobs and parts fetched from the other store, in order.</param>
/// <param name="Rebuilt">Files made anew or put right without it, relative to the store.</param>
/// <param name="After">What a verification found when the repair was done.</param>
public sealed record RepairReport(IReadOnlyList<Digest> Restored, IReadOnlyList<string> Rebuilt, VerificationReport After)
{
    /// <summary>Whether the store is sound now.</summary>
    public bool IsSound => After.IsSound;
}
