namespace Lifecycle;

/// <summary>
/// One a feature: which digests its tables still need. A store never removes a blob while a source that once opened it is not registered.
/// </summary>
public interface IBlobReferenceSource
{
    /// <summary>Name under which the store knows the source, for example <c>datasets</c> or <c>tracking</c>.</summary>
    string Name { get; }

    /// <summary>Every digest that must stay.</summary>
    IAsyncEnumerable<Digest> ReferencesAsync(CancellationToken cancellationToken = default);
}

/// <summary>The store's housekeeping: knows who holds references and finds what is damaged.</summary>
public abstract class BlobUpkeep
{
    /// <summary>
    /// Registers a feature as a holder of references, durably, before it makes its first table. Doing so twice changes nothing.
    /// </summary>
    public abstract ValueTask RegisterAsync(IBlobReferenceSource source, CancellationToken cancellationToken = default);

    /// <summary>The names of all sources that ever opened this store.</summary>
    public abstract ValueTask<IReadOnlyList<string>> SourcesAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads every blob and checks it against its digest, then checks that every reference of the registered sources is there.</summary>
    public abstract ValueTask<VerificationReport> VerifyAsync(CancellationToken cancellationToken = default);
}

/// <summary>What a verification of the store found.</summary>
/// <param name="Blobs">Blobs read.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="Damaged">Blobs whose bytes do not fit their digest, and files that do not belong.</param>
/// <param name="Missing">Digests that a source refers to and the store does not hold.</param>
public sealed record VerificationReport(long Blobs, long Bytes, IReadOnlyList<DamagedBlob> Damaged, IReadOnlyList<MissingBlob> Missing)
{
    /// <summary>Whether nothing is damaged and nothing is missing.</summary>
    public bool IsSound => Damaged.Count == 0 && Missing.Count == 0;
}

/// <summary>A blob that is not what its digest says.</summary>
/// <param name="File">The file, relative to the store.</param>
/// <param name="Expected">The digest it should have; null when the file name is none.</param>
/// <param name="Actual">The digest of the bytes that are there; null when they could not be read.</param>
/// <param name="Problem">One sentence for a person.</param>
public sealed record DamagedBlob(string File, Digest? Expected, Digest? Actual, string Problem);

/// <summary>A blob that a feature needs and the store does not hold.</summary>
/// <param name="Digest">The blob.</param>
/// <param name="Source">Who needs it.</param>
public sealed record MissingBlob(Digest Digest, string Source);
