using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>One walk over all files of a store: each blob against its digest, each sum against its blob, and what does not belong.</summary>
internal sealed class StoreVerification(ObjectFolder folder)
{
    private static readonly string[] Known =
    [
        ObjectFolder.FormatName, ObjectFolder.SourcesName, ObjectFolder.SourcesLockName, SweepLock.Name, SweepLock.GateName, KeepList.Folder, DeadList.Folder,
        ObjectFolder.PacksName,
    ];

    public long Blobs { get; private set; }

    public long Bytes { get; private set; }

    public List<DamagedBlob> Damaged { get; } = [];

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (FileSystemInfo entry in Entries(folder.Path))
            {
                if (!Known.Contains(entry.Name) && entry.FullName != folder.Loose)
                {
                    Stray(entry, "does not belong to the store");
                }
            }

            foreach (FileSystemInfo entry in Entries(folder.Loose))
            {
                if (entry is DirectoryInfo && IsShelf(entry.Name))
                {
                    await VerifyShelfAsync(entry, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    Stray(entry, "is not a folder named by two hex digits");
                }
            }
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "verify", folder.Path, folder.Path);
        }
    }

    private async ValueTask VerifyShelfAsync(FileSystemInfo shelf, CancellationToken cancellationToken)
    {
        foreach (FileSystemInfo entry in Entries(shelf.FullName))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry is FileInfo blob && ObjectFolder.IsBlobName(entry.Name))
            {
                await VerifyBlobAsync(Digest.Parse(shelf.Name + entry.Name), blob, cancellationToken).ConfigureAwait(false);
            }
            else if (entry is not FileInfo || !IsSumOfBlob(entry))
            {
                Stray(entry, "has no name of a blob");
            }
        }
    }

    private async ValueTask VerifyBlobAsync(Digest digest, FileInfo file, CancellationToken cancellationToken)
    {
        string name = folder.Relative(file.FullName);
        Digest actual;
        BlockSums sums;
        try
        {
            using SafeFileHandle handle = LocalBlobStore.OpenHandle(digest, file.FullName);
            (actual, sums) = await LocalBlobStore.HashAsync(handle, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobNotFoundException)
        {
            return; // removed between listing and opening
        }
        catch (Exception error) when (DiskFailure.Is(error) || error is LifecycleStorageException)
        {
            Damaged.Add(new DamagedBlob(name, digest, null, $"'{name}' cannot be read: {error.Message}"));
            return;
        }

        Blobs++;
        Bytes += sums.Length;
        if (actual != digest)
        {
            StorageTelemetry.Corrupted.Add(1);
            Damaged.Add(new DamagedBlob(name, digest, actual, $"'{name}' has the digest {actual}; its bytes were changed. Restore it from a copy."));
        }
        else if (File.Exists(file.FullName + ObjectFolder.SumSuffix) && !SumsFit(file.FullName, sums))
        {
            string sumName = name + ObjectFolder.SumSuffix;
            Damaged.Add(new DamagedBlob(sumName, digest, actual, $"'{sumName}' does not fit its blob, which is sound. Delete the file; it is made anew when it is needed."));
        }
    }

    private static bool SumsFit(string file, BlockSums sums) =>
        BlockSums.Parse(File.ReadAllBytes(file + ObjectFolder.SumSuffix)) is { } stored && stored.Equals(sums);

    private static bool IsShelf(string name) => name.Length == 2 && name.All(char.IsAsciiHexDigitLower);

    private static bool IsSumOfBlob(FileSystemInfo entry) =>
        entry.Name.EndsWith(ObjectFolder.SumSuffix, StringComparison.Ordinal)
        && ObjectFolder.IsBlobName(entry.Name.AsSpan(0, entry.Name.Length - ObjectFolder.SumSuffix.Length))
        && (File.Exists(entry.FullName[..^ObjectFolder.SumSuffix.Length]) || !File.Exists(entry.FullName));

    // Temporaries are writes under way, or the litter of a crash that the next opening removes.
    private static IEnumerable<FileSystemInfo> Entries(string path) => new DirectoryInfo(path)
        .EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0 })
        .Where(e => !ObjectFolder.IsTemporary(e.Name))
        .OrderBy(e => e.Name, StringComparer.Ordinal);

    private void Stray(FileSystemInfo entry, string why)
    {
        string name = folder.Relative(entry.FullName);
        Damaged.Add(new DamagedBlob(name, null, null, $"'{name}' {why}. Move it out of the store."));
    }
}
