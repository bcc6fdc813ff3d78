using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

public sealed class LocalBlobStoreTests : BlobStoreSpecification<LocalBlobStore>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override LocalBlobStore Blobs => field ??= OpenAnother();

    public void Dispose() => _folder.Dispose();

    protected override LocalBlobStore OpenAnother() => new(_folder["objects"]);

    protected override IReadOnlyList<string> Leftovers() => [.. _folder.Files().Where(IsLeftover)];

    private static bool IsLeftover(string file)
    {
        string name = Path.GetFileName(file);
        return name != "FORMAT" && !ObjectFolder.IsBlobName(name) && !(name.EndsWith(".sum", StringComparison.Ordinal) && ObjectFolder.IsBlobName(name.AsSpan(0, name.Length - 4)));
    }
}
