using System.Buffers;

namespace Lifecycle.Storage.Local;

/// <content>Files made of blobs.</content>
public sealed partial class LocalBlobStore
{
    /// <inheritdoc/>
    /// <remarks>
    /// The bytes are checked whatever the kind of link. Clones and hard links need a file of the blob's own, so a blob in packs gets a loose copy, durably,
    /// the first time, and again when that copy is no longer what it was; a clone is asked for only where the file system can make one. What cannot be linked is copied, and the answer says so:
    /// other file systems, too many links to one file, empty blobs.
    /// </remarks>
    public async ValueTask<LinkKind> PlaceAsync(Digest digest, string path, LinkKind link = LinkKind.Copy, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target) ?? throw new ArgumentException($"'{path}' names no file.", nameof(path));
        if (Path.Exists(target))
        {
            throw Taken(digest, target);
        }

        Stream content = await OpenAsync(digest, null, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            if (content.Length > 0 && (link == LinkKind.Hardlink || (link == LinkKind.Reflink && CanClone(folder))))
            {
                string file = await LooseAsync(digest, content, cancellationToken).ConfigureAwait(false);
                if (link == LinkKind.Hardlink ? TryLink(digest, file, folder, target) : TryClone(digest, file, folder, target))
                {
                    return link;
                }

                content.Position = 0;
            }

            await CopyAsync(digest, content, folder, target, cancellationToken).ConfigureAwait(false);
            return LinkKind.Copy;
        }
    }

    /// <summary>The file that holds a blob alone, every byte of it checked; made when there is none or it holds others.</summary>
    private async ValueTask<string> LooseAsync(Digest digest, Stream content, CancellationToken cancellationToken)
    {
        string file = _folder.FileOf(digest);
        BlobWriter writer = new(this);
        if (!await writer.IsSoundAsync(digest, content.Length, cancellationToken).ConfigureAwait(false))
        {
            using PendingBlob pending = await writer
                .TakeAsync(content, new BlobPutOptions { Layout = BlobLayout.Whole, ExpectedLength = content.Length }, flush: true, cancellationToken).ConfigureAwait(false);
            Publish(pending);
            FlushShelves([digest.Hex[..2]]);
            StorageTelemetry.LooseCopies.Add(1);
        }

        return file;
    }

    private bool TryLink(Digest digest, string file, string folder, string target)
    {
        if (!AtomicFile.TryHardlink(file, target))
        {
            return false;
        }

        FlushTarget(digest, folder);
        return true;
    }

    private bool TryClone(Digest digest, string file, string folder, string target)
    {
        using TemporaryBlob? clone = TemporaryBlob.Clone(_folder.Disk, file, folder);
        if (clone is null)
        {
            return false;
        }

        clone.Finish(flush: true);
        return clone.TryPlace(target) ? true : throw Taken(digest, target);
    }

    /// <summary>Whether the file system can clone a file of the store into the folder; tried with a file of a few bytes.</summary>
    private bool CanClone(string folder)
    {
        try
        {
            using TemporaryBlob? probe = TemporaryBlob.Clone(_folder.Disk, Path.Combine(_folder.Path, ObjectFolder.FormatName), folder);
            return probe is not null;
        }
        catch (LifecycleStorageException)
        {
            return false; // the copy will say why nothing can be written there
        }
    }

    private async ValueTask CopyAsync(Digest digest, Stream content, string folder, string target, CancellationToken cancellationToken)
    {
        using TemporaryBlob copy = TemporaryBlob.Create(_folder.Disk, folder, content.Length, "place");
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(content.Length, 1, BlockSums.BlockSize));
        try
        {
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                await copy.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        copy.Finish(flush: true);
        cancellationToken.ThrowIfCancellationRequested();
        if (!copy.TryPlace(target))
        {
            throw Taken(digest, target);
        }
    }

    private void FlushTarget(Digest digest, string folder)
    {
        try
        {
            _folder.Disk.FlushFolder(folder);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "place", digest.ToString(), folder);
        }
    }

    private static LifecycleStorageException Taken(Digest digest, string target) => new("objects", "place", digest.ToString(),
        $"'{target}' is there already; a blob is never written over it. Remove it or choose another path.");
}
