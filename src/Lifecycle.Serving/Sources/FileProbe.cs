using System.Buffers;
using System.Security.Cryptography;

namespace Lifecycle.Serving;

/// <summary>
/// Looks at the files of a version. A stamp tells most changes; a digest tells those that keep length and times, where the file system gives no more
/// than these: of small files at every look, of middling ones now and then.
/// </summary>
internal sealed class FileProbe(FileSourceOptions options, TimeProvider time)
{
    /// <summary>Up to this many bytes a file is digested at every look.</summary>
    public const long AlwaysDigested = 1 << 20;

    /// <summary>Up to this many bytes a file is digested every <see cref="DigestInterval"/>.</summary>
    public const long SometimesDigested = 256L << 20;

    private const int Block = 1 << 18;

    /// <summary>Time between two digests of a file that looks the same.</summary>
    public static readonly TimeSpan DigestInterval = TimeSpan.FromSeconds(30);

    /// <summary>One look; null when a file went away in the middle of it.</summary>
    /// <param name="found">The files.</param>
    /// <param name="newest">The look before; null when there was none.</param>
    /// <param name="known">The look that is offered; null when none is.</param>
    /// <param name="deep">Whether middling files are digested too.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<VersionLook?> LookAsync(
        FoundVersion found, VersionLook? newest, VersionLook? known, bool deep, CancellationToken cancellationToken)
    {
        List<FileLook> files = new(found.Files.Count);
        foreach (FoundFile file in found.Files)
        {
            string place = file.Trail.Place;
            try
            {
                FileStamp stamp = options.Stamp(place);
                bool digested = stamp.Length <= AlwaysDigested || (deep && stamp.Length <= SometimesDigested && stamp.Length <= options.MaximumBytes);
                Digest? digest = digested
                    ? await DigestAsync(place, stamp.Length, cancellationToken).ConfigureAwait(false)
                    : newest?.DigestOf(place, stamp) ?? known?.DigestOf(place, stamp);
                files.Add(new FileLook(file.Path, file.Role, place, stamp, digest));
            }
            catch (IOException) when (!File.Exists(place))
            {
                return null;
            }
        }

        return new VersionLook(files, found.Refusal ?? TooLarge(found, files));
    }

    /// <summary>The look with the digests that it lacks; null when a file changed meanwhile.</summary>
    public async ValueTask<VersionLook?> CompleteAsync(VersionLook look, CancellationToken cancellationToken)
    {
        if (look.Refusal is not null)
        {
            return look;
        }

        FileLook[] files = [.. look.Files];
        for (int i = 0; i < files.Length; i++)
        {
            FileLook file = files[i];
            if (file.Digest is null)
            {
                try
                {
                    files[i] = file with { Digest = await DigestAsync(file.Place, file.Stamp.Length, cancellationToken).ConfigureAwait(false) };
                    if (options.Stamp(file.Place) != file.Stamp)
                    {
                        return null;
                    }
                }
                catch (IOException) when (!File.Exists(file.Place))
                {
                    return null;
                }
            }
        }

        return look with { Files = files };
    }

    /// <summary>Whether no file was written so lately that its writer may still be at it.</summary>
    public bool IsQuiet(VersionLook look)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (FileLook file in look.Files)
        {
            TimeSpan age = now - File.GetLastWriteTimeUtc(file.Place);
            if (age >= TimeSpan.Zero && age < options.SettleTime)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The digest of a file's first <paramref name="length"/> bytes: one that grows faster than it is read does not keep the source.</summary>
    private static async ValueTask<Digest> DigestAsync(string path, long length, CancellationToken cancellationToken)
    {
        // What has no length is not opened: a pipe or a device would never end.
        if (length == 0)
        {
            return Digest.Of([]);
        }

        FileStream file = Open(path);
        await using (file.ConfigureAwait(false))
        {
            byte[] block = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, Block));
            try
            {
                using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                int read;
                for (; length > 0; length -= read)
                {
                    read = await file.ReadAsync(block.AsMemory(0, (int)Math.Min(length, block.Length)), cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                    {
                        break;
                    }

                    hash.AppendData(block, 0, read);
                }

                return new Digest(hash.GetHashAndReset());
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(block);
            }
        }
    }

    /// <summary>Opens a file so that its writer is not disturbed.</summary>
    internal static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, useAsync: false);

    private string? TooLarge(FoundVersion found, List<FileLook> files)
    {
        long bytes = 0;
        foreach (FileLook file in files)
        {
            bytes += file.Role == FileRole.Sum ? 0 : file.Stamp.Length;
        }

        return bytes > options.MaximumBytes
            ? $"guard: the files of '{found.Name}' have {bytes} bytes; at most {options.MaximumBytes} are read; "
                + "raise ServingOptions.MaximumModelBytes or FileSourceOptions.MaximumBytes"
            : null;
    }
}
