using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

public sealed class LocalBlobStoreTests : BlobStoreSpecification<LocalBlobStore>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override LocalBlobStore Blobs => field ??= OpenAnother();

    public void Dispose() => _folder.Dispose();

    protected override LocalBlobStore OpenAnother() => new(_folder["objects"]);

    protected override IReadOnlyList<string> Leftovers() => [.. _folder.Files().Where(IsLeftover)];

    // Whole files of the store are no litter: objects, their sums, packs, keep lists, the lock of the sweep.
    private static bool IsLeftover(string file)
    {
        string name = Path.GetFileName(file);
        return name.StartsWith(AtomicFile.TemporaryPrefix, StringComparison.Ordinal) || file.Split('/')[1] switch
        {
            "FORMAT" or SweepLock.Name or SweepLock.GateName => false,
            "sha256" => !ObjectFolder.IsBlobName(name) && !(name.EndsWith(".sum", StringComparison.Ordinal) && ObjectFolder.IsBlobName(name.AsSpan(0, name.Length - 4))),
            "packs" => !PackFormat.IsName(name) && !PackFormat.IsName(name, PackFormat.IndexSuffix),
            "keep" => !PackFormat.IsName(name, KeepList.Extension),
            _ => true,
        };
    }
}
