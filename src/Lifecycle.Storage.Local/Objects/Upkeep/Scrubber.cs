using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>One walk over all files of a store: every byte is covered by a digest or a checksum, and each of them is checked.</summary>
internal sealed partial class Scrubber(ObjectFolder folder, TimeProvider time, VerificationOptions options, IReadOnlySet<Digest>? reachable)
{
    private static readonly string[] Known =
    [
        ObjectFolder.FormatName, ObjectFolder.SourcesName, ObjectFolder.SourcesLockName, SweepLock.Name, SweepLock.GateName,
        ObjectFolder.PacksName, KeepList.Folder, DeadList.Folder,
    ];

    private readonly Throttle _throttle = new(options.BytesPerSecond, time);
    private readonly long _seed = time.GetUtcNow().Ticks;

    public long Blobs { get; private set; }

    public long Bytes { get; private set; }

    public List<Finding> Findings { get; } = [];

    /// <summary>Parts that chunked blobs need and the store does not hold.</summary>
    public HashSet<Digest> MissingParts { get; } = [];

    public PackCatalog Packs { get; } = new(folder, time);

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            ScrubRoot();
            await ScrubLooseAsync(cancellationToken).ConfigureAwait(false);
            await ScrubPacksAsync(cancellationToken).ConfigureAwait(false);
            ScrubLists();
            await FindMissingPartsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "verify", folder.Path, folder.Path);
        }
    }

    private void ScrubRoot()
    {
        foreach (FileSystemInfo entry in Entries(folder.Path))
        {
            if (!Known.Contains(entry.Name) && entry.FullName != folder.Loose)
            {
                Stray(entry, "does not belong to the store");
            }
        }

        string format = Path.Combine(folder.Path, ObjectFolder.FormatName);
        if (!File.Exists(format) || !File.ReadAllBytes(format).AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(ObjectFolder.Format)))
        {
            Add(FindingKind.Format, format, null, null, $"does not say '{ObjectFolder.Format.TrimEnd()}', as it did when the store was opened. Call RepairAsync now: nobody can open the store again.");
        }
    }

    private async ValueTask ScrubLooseAsync(CancellationToken cancellationToken)
    {
        foreach (FileSystemInfo shelf in Entries(folder.Loose))
        {
            if (shelf is not DirectoryInfo || shelf.Name.Length != 2 || !ObjectFolder.IsLowerHex(shelf.Name))
            {
                Stray(shelf, "is not a folder named by two hex digits");
                continue;
            }

            foreach (FileSystemInfo entry in Entries(shelf.FullName))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (entry is FileInfo blob && ObjectFolder.IsBlobName(entry.Name))
                {
                    Digest digest = Digest.Parse(shelf.Name + entry.Name);
                    if (IsChosen(digest))
                    {
                        await ScrubBlobAsync(digest, blob, cancellationToken).ConfigureAwait(false);
                    }
                }
                else if (entry is not FileInfo || !IsSumOfBlob(entry))
                {
                    Stray(entry, "has no name of a blob");
                }
            }
        }
    }

    private async ValueTask ScrubBlobAsync(Digest digest, FileInfo file, CancellationToken cancellationToken)
    {
        Digest actual;
        BlockSums sums;
        try
        {
            using SafeFileHandle handle = LocalBlobStore.OpenHandle(digest, file.FullName);
            (actual, sums) = await HashAsync(handle, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobNotFoundException)
        {
            return; // removed between listing and opening
        }
        catch (Exception error) when (DiskFailure.Is(error) || error is LifecycleStorageException)
        {
            Add(FindingKind.Loose, file.FullName, digest, null, $"cannot be read: {error.Message}", digest);
            return;
        }

        Blobs++;
        Bytes += sums.Length;
        if (actual != digest)
        {
            StorageTelemetry.Corrupted.Add(1);
            Add(FindingKind.Loose, file.FullName, digest, actual, $"has the digest {actual}; its bytes were changed. Restore it from a copy: RepairAsync(from).", digest);
        }
        else if (File.Exists(file.FullName + ObjectFolder.SumSuffix)
            && (BlockSums.Parse(File.ReadAllBytes(file.FullName + ObjectFolder.SumSuffix)) is not { } stored || !stored.Equals(sums)))
        {
            Add(FindingKind.Sums, file.FullName + ObjectFolder.SumSuffix, digest, actual,
                "does not fit its blob, which is sound. Call RepairAsync or delete the file; it is made anew when it is needed.");
        }
    }

    private async ValueTask<(Digest Digest, BlockSums Sums)> HashAsync(SafeFileHandle handle, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockSums.BlockSize);
        try
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            BlockSums.Builder sums = new();
            for (long at = 0; ;)
            {
                int read = await LocalBlobStore.ReadBlockAsync(handle, buffer.AsMemory(0, BlockSums.BlockSize), at, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    return (new Digest(hash.GetHashAndReset()), sums.Build());
                }

                hash.AppendData(buffer, 0, read);
                sums.Add(buffer.AsSpan(0, read));
                at += read;
                await _throttle.SpendAsync(read, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void ScrubLists()
    {
        ScrubFolder(KeepList.Folder, KeepList.Extension, bytes => KeepList.Parse(bytes), FindingKind.Keep,
            "is damaged, so nothing can be collected until it is older than the age Young of the store. Call RepairAsync.");
        ScrubFolder(DeadList.Folder, DeadList.Extension, bytes => DeadList.Parse(bytes), FindingKind.Dead,
            "is damaged; every grace starts anew. Call RepairAsync; when the file is only deleted, the marks of an older list count again.");
    }

    private void ScrubFolder(string name, string extension, Func<byte[], object?> parse, FindingKind kind, string problem)
    {
        string path = Path.Combine(folder.Path, name);
        if (!Directory.Exists(path))
        {
            return;
        }

        foreach (FileSystemInfo entry in Entries(path))
        {
            if (entry is not FileInfo || !ListFolder.IsName(entry.Name, extension))
            {
                if (kind != FindingKind.Dead || entry.Name != LocalBlobUpkeep.DutyLockName)
                {
                    Stray(entry, "has no name of a list");
                }
            }
            else if (ReadList(entry.FullName) is { } bytes && parse(bytes) is null)
            {
                Add(kind, entry.FullName, null, null, problem);
            }
        }
    }

    private static byte[]? ReadList(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            return null; // removed by a collection since it was listed
        }
    }

    private bool IsChosen(Digest digest)
    {
        if (reachable is not null && !reachable.Contains(digest))
        {
            return false;
        }

        if (options.Fraction >= 1)
        {
            return true;
        }

        Span<byte> id = stackalloc byte[Digest.Size];
        digest.CopyTo(id);
        return XxHash3.HashToUInt64(id, _seed) < options.Fraction * ulong.MaxValue;
    }

    private static bool IsSumOfBlob(FileSystemInfo entry) =>
        entry.Name.EndsWith(ObjectFolder.SumSuffix, StringComparison.Ordinal)
        && ObjectFolder.IsBlobName(entry.Name.AsSpan(0, entry.Name.Length - ObjectFolder.SumSuffix.Length))
        && (File.Exists(entry.FullName[..^ObjectFolder.SumSuffix.Length]) || !File.Exists(entry.FullName));

    // Temporaries are writes under way, or the litter of a crash that the next opening removes.
    private static IEnumerable<FileSystemInfo> Entries(string path) => new DirectoryInfo(path)
        .EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0 })
        .Where(e => !ObjectFolder.IsTemporary(e.Name))
        .OrderBy(e => e.Name, StringComparer.Ordinal);

    private void Stray(FileSystemInfo entry, string why) => Add(FindingKind.Stray, entry.FullName, null, null, $"{why}. Move it out of the store.");

    private void Add(FindingKind kind, string path, Digest? expected, Digest? actual, string problem, params Digest[] digests)
    {
        string name = folder.Relative(path);
        Findings.Add(new Finding(kind, path, new DamagedBlob(name, expected, actual, $"'{name}' {problem}")) { Digests = digests });
    }
}
