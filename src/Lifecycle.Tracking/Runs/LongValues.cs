using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Tracking;

/// <summary>
/// Params and tags too long for their table: they go through the journal whole and are stored as an artifact <c>lifecycle/long/&lt;kind&gt;/&lt;key&gt;</c>; the cell
/// keeps the first 200 characters and says where the rest is.
/// </summary>
internal static class LongValues
{
    private const int Kept = 200;

    /// <summary>Stores the long values of a batch and puts their short forms in their place.</summary>
    /// <returns>The artifacts, to be written in the transaction of the batch.</returns>
    public static async ValueTask<List<ArtifactEntry>> SpillAsync(TrackingStore store, JournalBatch batch, CancellationToken cancellationToken)
    {
        List<ArtifactEntry> spilled = [];
        for (int i = 0; i < batch.Params.Count; i++)
        {
            (string key, string value) = batch.Params[i];
            if (value.Length > Run.LongestValue)
            {
                batch.Params[i] = (key, await SpillAsync(store, "param", key, value, spilled, cancellationToken).ConfigureAwait(false));
            }
        }

        foreach ((string key, string? value) in batch.Tags.ToArray())
        {
            if (value?.Length > Run.LongestValue)
            {
                batch.Tags[key] = await SpillAsync(store, "tag", key, value, spilled, cancellationToken).ConfigureAwait(false);
            }
        }

        return spilled;
    }

    private static async ValueTask<string> SpillAsync(
        TrackingStore store, string kind, string key, string value, List<ArtifactEntry> spilled, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new(Encoding.UTF8.GetBytes(value), writable: false);
        StoredBlob blob = await store.Blobs.PutAsync(bytes, null, cancellationToken).ConfigureAwait(false);
        string path = PathOf(kind, key);
        spilled.Add(new ArtifactEntry(path, blob.Length, blob.Digest, DateTimeOffset.FromUnixTimeMilliseconds(store.Now)));
        int cut = char.IsHighSurrogate(value[Kept - 1]) ? Kept - 1 : Kept;
        return string.Create(CultureInfo.InvariantCulture, $"{value.AsSpan(0, cut)} … [{value.Length} chars in artifact {path}]");
    }

    // A key of many bytes is no name of an artifact; its digest is.
    private static string PathOf(string kind, string key)
    {
        string path = $"lifecycle/long/{kind}/{key}";
        try
        {
            return ArtifactPath.Parse(path).Value;
        }
        catch (InvalidArtifactPathException)
        {
            return $"lifecycle/long/{kind}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";
        }
    }
}
