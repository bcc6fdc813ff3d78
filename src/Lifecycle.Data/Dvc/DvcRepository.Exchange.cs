using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

public sealed partial class DvcRepository
{
    /// <summary>The objects of one output for an import, every one read and compared with its name.</summary>
    internal async ValueTask<(DvcOutput Output, IReadOnlyList<DvcImported> Files)> ReadForImportAsync(string path, CancellationToken cancellationToken)
    {
        List<DvcOutput> outputs = Select(path, cancellationToken);
        DvcOutput output = outputs is [var only]
            ? only
            : throw new DatasetException($"'{path}' tells of {outputs.Count} outputs; name one of them: {string.Join(", ", outputs.Take(20).Select(o => o.Path))}.");
        string? reason = output.Unsupported ?? (output.Oid is null ? "nothing was added to it yet" : !output.IsCached ? "it is not cached (cache: false); commit the file itself" : null);
        if (reason is not null)
        {
            throw new DatasetException($"'{output.Path}' cannot be imported: {reason}.");
        }

        IReadOnlyList<DvcEntry> entries = Wanted([output], isWritten: false)[0].Entries;
        ConcurrentBag<string> damaged = [];
        Checking[] files = [.. entries.Select(e => new Checking(e, _cache.PathOf(e.Md5, output.HashKind), damaged))];
        if (output.HashKind == DvcHashKind.Md5)
        {
            await Md5Reading.RunAsync(files, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await Parallel.ForEachAsync(files, cancellationToken, (file, token) =>
            {
                file.CheckLegacy(token);
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
        }

        string name = output.Path[(output.Path.LastIndexOf('/') + 1)..];
        return damaged.IsEmpty
            ? (output, [.. files.Select(f => new DvcImported(f.Path, output.IsFolder ? f.Entry.Path : name, f.Entry.Md5, output.IsExecutable, f.Stamp))])
            : throw new DvcObjectCorruptedException([.. damaged.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Writes files that come from elsewhere as an output: objects, list, <c>.dvc</c> file, line in <c>.gitignore</c>. The work tree is not touched.</summary>
    /// <param name="path">The output.</param>
    /// <param name="isFolder">Whether it is a folder.</param>
    /// <param name="files">Its files.</param>
    /// <param name="open">Opens the bytes of a file; they are checked by whoever gives them.</param>
    /// <param name="cancellationToken">Cancels between files.</param>
    internal async ValueTask<DvcExport> WriteExportAsync(
        string path, bool isFolder, IReadOnlyList<DvcExported> files, Func<DvcExported, CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken)
    {
        string relative = RelativeTo(path);
        RequireMayBeOutput(relative);
        List<(string Path, string Reason)> refused = [.. files.Where(f => isFolder).Select(f => (f.File.Path, Reason: DvcOutputs.Refusal(f.File.Path) ?? (IsIgnoreFile(f.File.Path) ? "would be a rule for DVC, not data" : null)))
            .Where(f => f.Reason is not null).Select(f => (f.Path, f.Reason!))];
        if (refused.Count > 0)
        {
            throw new UnsafePathException(refused);
        }

        using DvcLocks held = await LockAsync([relative, relative + ".dvc"], cancellationToken).ConfigureAwait(false);
        List<string> warnings = [];
        DvcDocument? document = RequireFree(relative, warnings, cancellationToken);
        DvcStamps stamps = DvcStamps.Load(_dvcFolder);
        using DvcObjectWriter writer = new(_cache, "export", stamps);
        await Parallel.ForEachAsync(
            files,
            cancellationToken,
            async (file, token) =>
            {
                if (file.Md5 is { } known && writer.Has(known, DvcHashKind.Md5, file.File.Length, token))
                {
                    return;
                }

                Stream content = await open(file, token).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                {
                    file.Md5 = await PutAsync(content, file.File.Length, writer, token).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
        (long objects, long bytes) = (writer.Count, writer.Bytes);
        writer.Publish(cancellationToken);
        long size = files.Sum(f => f.File.Length);
        string name = relative[(relative.LastIndexOf('/') + 1)..];
        DvcRecord record = isFolder
            ? new DvcRecord(name, PutList(DvcDirectoryObject.Write(files.Select(f => new DvcEntry(f.File.Path, f.Md5!))), "export", stamps, cancellationToken), size, files.Count, false)
            : new DvcRecord(name, files[0].Md5!, size, null, files[0].File.IsExecutable);
        await WriteAsync(relative, document, record, warnings, cancellationToken).ConfigureAwait(false);
        await stamps.SaveAsync().ConfigureAwait(false);
        string[] lost = isFolder ? [.. files.Where(f => f.File.IsExecutable).Select(f => f.File.Path)] : [];
        return new DvcExport(OutputOf(relative, record), objects, bytes, lost, warnings);
    }

    private static bool IsIgnoreFile(string path) => path == ".dvcignore" || path.EndsWith("/.dvcignore", StringComparison.Ordinal);

    private static async ValueTask<string> PutAsync(Stream content, long length, DvcObjectWriter writer, CancellationToken cancellationToken)
    {
        using Md5Stream md5 = new();
        if (length <= Md5Reader.PieceBytes)
        {
            byte[] whole = new byte[length];
            await content.ReadExactlyAsync(whole, cancellationToken).ConfigureAwait(false);
            _ = await content.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false); // the end is where a store checks a whole blob
            md5.Append(whole);
            string oid = md5.Finish().Hex;
            if (!writer.Has(oid, DvcHashKind.Md5, length, cancellationToken))
            {
                writer.Add(oid, DvcHashKind.Md5, whole);
            }

            return oid;
        }

        Stream copy = writer.Begin(length);
        await using (copy.ConfigureAwait(false))
        {
            byte[] buffer = new byte[1 << 20];
            for (int read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false); read > 0; read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false))
            {
                md5.Append(buffer.AsSpan(0, read));
                copy.Write(buffer, 0, read);
            }

            string oid = md5.Finish().Hex;
            if (!writer.Has(oid, DvcHashKind.Md5, length, cancellationToken))
            {
                writer.End(copy, oid, DvcHashKind.Md5);
            }

            return oid;
        }
    }

    private sealed class Checking(DvcEntry entry, string path, ConcurrentBag<string> damaged) : Md5LaneFile
    {
        public DvcEntry Entry => entry;

        public string Path => path;

        public FileStamp Stamp { get; private set; }

        public override long ExpectedLength => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

        public override SafeFileHandle Open()
        {
            Stamp = FileStamp.Of(path);
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }

        public override void Done(Md5Hash md5, long length, ReadOnlySpan<byte> whole) => Compare(md5);

        public void CheckLegacy(CancellationToken cancellationToken)
        {
            Stamp = FileStamp.Of(path);
            Compare(DvcHashing.Legacy(path, cancellationToken).Hash);
        }

        private void Compare(Md5Hash md5)
        {
            if (md5.Hex != entry.Md5)
            {
                damaged.Add($"'{path}' has {md5.Hex}");
            }
        }
    }
}

/// <summary>An object on its way into a dataset.</summary>
internal sealed record DvcImported(string ObjectPath, string Path, string Md5, bool IsExecutable, FileStamp Stamp);

/// <summary>A file of a dataset on its way into a DVC repository.</summary>
internal sealed class DvcExported(DatasetFile file, string? md5)
{
    public DatasetFile File => file;

    /// <summary>Its MD5, once it is known.</summary>
    public string? Md5 { get; set; } = md5;
}
