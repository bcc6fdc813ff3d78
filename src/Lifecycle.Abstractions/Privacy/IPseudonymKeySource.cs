namespace Lifecycle;

/// <summary>
/// Where the keys of pseudonyms come from: a file, the environment (<see cref="PseudonymKeys"/>), or a key vault of your own. Who holds a
/// key can join pseudonyms again, so a key never lies beside the data it hides.
/// </summary>
public interface IPseudonymKeySource
{
    /// <summary>The file that holds the keys; null when they are in none. A file inside the folder of a store is refused.</summary>
    string? File => null;

    /// <summary>A key by its id, or the one that new pseudonyms are made with.</summary>
    /// <param name="id">Id of the key; null for the current one.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <exception cref="PseudonymKeyException">There is no such key, or it is not one.</exception>
    ValueTask<PseudonymKey> GetAsync(string? id = null, CancellationToken cancellationToken = default);
}
