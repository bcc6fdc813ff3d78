using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>The hashes of files of the work tree, read only where the stamps do not tell.</summary>
internal static class DvcHashing
{
    /// <summary>Hashes of files by their path in the output; a link to elsewhere, and a file that vanished, have none.</summary>
    /// <returns>The hashes, and how many files were read.</returns>
    public static async ValueTask<(ConcurrentDictionary<string, Md5Hash> Hashes, int Read)> HashAsync(
        string output, IReadOnlyList<DvcWorkFile> files, DvcHashKind kind, DvcStamps stamps, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<string, Md5Hash> hashes = new(StringComparer.Ordinal);
        List<DvcWorkFile> unknown = [];
        foreach (DvcWorkFile file in files.Where(f => f.FullPath is not null))
        {
            if (stamps.TryGet(output + "/" + file.Path, kind, file.Stamp, out Md5Hash hash))
            {
                hashes[file.Path] = hash;
            }
            else
            {
                unknown.Add(file);
            }
        }

        ConcurrentBag<(DvcWorkFile File, FileStamp Stamp, Md5Hash Hash)> read = [];
        if (kind == DvcHashKind.Md5)
        {
            await Md5Reading.RunAsync(unknown.Select(f => new Reading(f, read)), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await Parallel.ForEachAsync(unknown, cancellationToken, (file, token) =>
            {
                (FileStamp stamp, Md5Hash hash) = Legacy(file.FullPath!, token);
                read.Add((file, stamp, hash));
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
        }

        foreach ((DvcWorkFile file, FileStamp stamp, Md5Hash hash) in read)
        {
            hashes[file.Path] = hash;
            if (stamp != default)
            {
                stamps.Set(output + "/" + file.Path, kind, stamp, hash, now);
            }
        }

        return (hashes, unknown.Count);
    }

    /// <summary>The hash of DVC 2 of a file, with the stamp it had while it was read; the stamp is nothing when it changed meanwhile.</summary>
    public static (FileStamp Stamp, Md5Hash Hash) Legacy(string path, CancellationToken cancellationToken, Action<ReadOnlySpan<byte>>? seen = null)
    {
        (SafeFileHandle handle, FileStamp before) = SourceFile.OpenHandle(path);
        using DvcLegacyHash hash = new();
        using (handle)
        {
            byte[] buffer = new byte[1 << 20];
            long offset = 0;
            for (int read = RandomAccess.Read(handle, buffer, 0); read > 0; read = RandomAccess.Read(handle, buffer, offset))
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.Append(buffer.AsSpan(0, read));
                seen?.Invoke(buffer.AsSpan(0, read));
                offset += read;
            }
        }

        return (SourceFile.StampOf(path) == before ? before : default, hash.Finish());
    }

    /// <summary>The hash of an object, whichever kind names it, with the stamp it had while it was read; the stamp is nothing when it changed meanwhile.</summary>
    public static (FileStamp Stamp, Md5Hash Hash) Read(string path, DvcHashKind kind, CancellationToken cancellationToken)
    {
        if (kind != DvcHashKind.Md5)
        {
            return Legacy(path, cancellationToken);
        }

        (SafeFileHandle handle, FileStamp before) = SourceFile.OpenHandle(path);
        using Md5Stream hash = new();
        using (handle)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(before.Length, 1, 1 << 20));
            long offset = 0;
            for (int read = RandomAccess.Read(handle, buffer, 0); read > 0; read = RandomAccess.Read(handle, buffer, offset))
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.Append(buffer.AsSpan(0, read));
                offset += read;
            }

            ArrayPool<byte>.Shared.Return(buffer);
        }

        return (SourceFile.StampOf(path) == before ? before : default, hash.Finish());
    }

    /// <summary>Whether two files hold the same bytes.</summary>
    public static bool AreEqual(string one, string other)
    {
        using SafeFileHandle first = SourceFile.OpenHandle(one).Handle;
        using SafeFileHandle second = SourceFile.OpenHandle(other).Handle;
        long length = RandomAccess.GetLength(first);
        if (length != RandomAccess.GetLength(second))
        {
            return false;
        }

        byte[] a = new byte[(int)Math.Clamp(length, 1, 1 << 16)];
        byte[] b = new byte[a.Length];
        for (long offset = 0; offset < length; offset += a.Length)
        {
            int wanted = (int)Math.Min(a.Length, length - offset);
            if (Fill(first, a.AsSpan(0, wanted), offset) != wanted || Fill(second, b.AsSpan(0, wanted), offset) != wanted || !a.AsSpan(0, wanted).SequenceEqual(b.AsSpan(0, wanted)))
            {
                return false;
            }
        }

        return true;
    }

    private static int Fill(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        int filled = 0;
        for (int read = -1; filled < buffer.Length && read != 0; filled += read)
        {
            read = RandomAccess.Read(file, buffer[filled..], offset + filled);
        }

        return filled;
    }

    private sealed class Reading(DvcWorkFile file, ConcurrentBag<(DvcWorkFile File, FileStamp Stamp, Md5Hash Hash)> read) : Md5LaneFile
    {
        private FileStamp _before;

        public override long ExpectedLength => file.Stamp.Length;

        public override SafeFileHandle Open()
        {
            (SafeFileHandle handle, _before) = SourceFile.OpenHandle(file.FullPath!);
            return handle;
        }

        public override void Done(Md5Hash md5, long length, ReadOnlySpan<byte> whole) =>
            read.Add((file, _before.Length == length && SourceFile.StampOf(file.FullPath!) == _before ? _before : default, md5));
    }
}
