using System.Runtime.CompilerServices;

namespace Lifecycle;

/// <summary>
/// One a feature: which digests its tables still need. A store never removes a blob while a source that once opened it is not registered.
/// </summary>
public interface IBlobReferenceSource
{
    /// <summary>Name under which the store knows the source, for example <c>tracking</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Every digest that must stay. A source that cannot tell all of them throws: a shorter list would be taken for the whole, and the rest for garbage.
    /// </summary>
    IAsyncEnumerable<Digest> ReferencesAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// What needs these blobs, so that a report of damage can name it. One digest may have many holders. Whatever cannot be read any more is left out.
    /// </summary>
    /// <param name="digests">Blobs that are damaged or missing.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>By default one holder a reference, of the kind <c>source</c>.</returns>
    async IAsyncEnumerable<BlobHolder> HoldersAsync(IReadOnlySet<Digest> digests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        HashSet<Digest> seen = [];
        await foreach (Digest digest in ReferencesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (digests.Contains(digest) && seen.Add(digest))
            {
                yield return new BlobHolder(digest, "source", Name);
            }
        }
    }

    /// <summary>What does not fit together in what the source keeps, one sentence each: a verification asks for it.</summary>
    /// <returns>Nothing by default.</returns>
    IAsyncEnumerable<string> ProblemsAsync(CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<string>();
}

/// <summary>Something that needs a blob.</summary>
/// <param name="Digest">The blob.</param>
/// <param name="Kind">What sort of thing it is, in the words of the feature that keeps it.</param>
/// <param name="Id">Which one, as a person would look it up.</param>
public readonly record struct BlobHolder(Digest Digest, string Kind, string Id)
{
    /// <summary>Kind and id.</summary>
    public override string ToString() => $"{Kind} {Id}";
}
