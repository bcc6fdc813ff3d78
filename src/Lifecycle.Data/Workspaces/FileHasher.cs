using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>Computes the digest of files that lie on disk.</summary>
internal static class FileHasher
{
    private const int BufferBytes = 1 << 18;

    /// <summary>Reads a file of a source; null when it changed while it was read, again and again, or is gone.</summary>
    public static StampedFile? Read(in ScannedFile file, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < CommitReader.Attempts; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (SourceFile.KindOf(file.FullPath) == SourceKind.Missing)
            {
                return null;
            }

            (SafeFileHandle handle, FileStamp before) = SourceFile.OpenHandle(file.FullPath);
            using (handle)
            {
                (Digest digest, long length) = Hash(handle, cancellationToken);
                if (length == before.Length && SourceFile.LookAt(file.FullPath) is var after && after.Stamp == before)
                {
                    return new StampedFile(file.Path, before, digest, after.IsExecutable);
                }
            }
        }

        return null;
    }

    /// <summary>Reads many on all cores; what is gone, or changes all the time, is missing in the answer.</summary>
    /// <exception cref="SourceRefusedException">A file is no plain file any more, or may not be read.</exception>
    public static async ValueTask<IReadOnlyDictionary<string, StampedFile>> ReadAllAsync(IReadOnlyList<ScannedFile> files, CancellationToken cancellationToken)
    {
        StampedFile?[] read = new StampedFile?[files.Count];
        if (files.Count < 4)
        {
            for (int i = 0; i < files.Count; i++)
            {
                read[i] = Read(files[i], cancellationToken);
            }
        }
        else
        {
            ParallelOptions all = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
            await Parallel.ForAsync(0, files.Count, all, (i, _) =>
            {
                read[i] = Read(files[i], cancellationToken);
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
        }

        return read.OfType<StampedFile>().ToDictionary(f => f.Path, StringComparer.Ordinal);
    }

    public static (Digest Digest, long Length) Hash(SafeFileHandle handle, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int first = RandomAccess.Read(handle, buffer, 0);
            if (first < buffer.Length && RandomAccess.Read(handle, buffer.AsSpan(first), first) == 0)
            {
                return (Digest.Of(buffer.AsSpan(0, first)), first);
            }

            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long length = 0;
            int read;
            while ((read = RandomAccess.Read(handle, buffer, length)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                length += read;
            }

            return (new Digest(hash.GetHashAndReset()), length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
