using System.Globalization;

namespace Lifecycle.Storage.Local;

/// <summary>
/// What a finished batch or a keep relies on: <c>lifecycle.keep/1 &lt;unix ms&gt;</c> and a line for every digest. A collection takes nothing that is in a
/// list younger than the options' <c>Young</c>; the first one after that removes the list.
/// </summary>
internal sealed class KeepList
{
    public const string Folder = "keep";
    public const string Extension = ".keep";

    private const string Kind = "lifecycle.keep/1 ";

    private KeepList(DateTimeOffset at, IReadOnlyList<Digest> digests)
    {
        At = at;
        Digests = digests;
    }

    /// <summary>When the list was written.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Sorted, each once.</summary>
    public IReadOnlyList<Digest> Digests { get; }

    public static KeepList Of(IEnumerable<Digest> digests, DateTimeOffset at)
    {
        Digest[] sorted = [.. digests.Distinct()];
        Array.Sort(sorted);
        return new KeepList(DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds()), sorted);
    }

    public byte[] ToBytes() => DigestLines.Write(
        Kind + At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), Digests.Select(d => (d, (long?)null)), Digests.Count);

    /// <summary>The list in these bytes, or null when any bit is not as it was written.</summary>
    public static KeepList? Parse(ReadOnlySpan<byte> bytes) =>
        DigestLines.Parse(bytes, numbered: false) is ({ } head, { } lines) && head.StartsWith(Kind, StringComparison.Ordinal)
        && UnixMoment.TryParse(head.AsSpan(Kind.Length), out DateTimeOffset at)
            ? new KeepList(at, [.. lines.Select(l => l.Digest)])
            : null;

    /// <summary>Writes the list into <c>keep/</c> of a store, flushed; returns its path. The caller holds the sweep lock, shared, and checks its digests behind this.</summary>
    /// <param name="store">The folder of the store.</param>
    /// <param name="digests">In any order; empty writes nothing and returns null.</param>
    /// <param name="time">The clock of the store.</param>
    /// <param name="cancellationToken">Cancelling leaves nothing.</param>
    public static async ValueTask<string?> WriteAsync(string store, IReadOnlyCollection<Digest> digests, TimeProvider time, CancellationToken cancellationToken)
    {
        if (digests.Count == 0)
        {
            return null;
        }

        string folder = Path.Combine(store, Folder);
        string file = Path.Combine(folder, LifecycleId.New(time).ToString("N") + Extension);
        byte[] content = Of(digests, time.GetUtcNow()).ToBytes();
        try
        {
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
                AtomicFile.FlushFolder(store);
            }

            await AtomicFile.WriteAsync(file, content, cancellationToken).ConfigureAwait(false);
            return file;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "keep", file, folder, content.Length);
        }
    }
}
