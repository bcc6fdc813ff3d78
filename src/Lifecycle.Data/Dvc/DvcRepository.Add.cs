using System.Text;

namespace Lifecycle.Data;

public sealed partial class DvcRepository
{
    /// <summary>
    /// Takes a file or folder of the work tree into the repository, as <c>dvc add</c> does and in its bytes: objects, <c>.dvc</c> file and the line in
    /// <c>.gitignore</c>. All is flushed before it is told of. The file itself is only read: not moved, not linked, not touched.
    /// </summary>
    /// <param name="path">Relative to the repository, or full. Only read.</param>
    /// <param name="cancellationToken">Cancelling leaves no trace but objects that nobody refers to.</param>
    /// <returns>The output, and what it took.</returns>
    /// <exception cref="SourceRefusedException">Nothing is there; it lies outside, in another output, or over one; Git tracks it; it holds a link or a <c>.dvcignore</c>.</exception>
    /// <exception cref="DatasetChangedDuringCommitException">A file changed while it was read, three times.</exception>
    /// <exception cref="DvcRepositoryBusyException">Somebody else writes.</exception>
    /// <exception cref="DvcFormatException">A file of the repository is not what it should be.</exception>
    /// <exception cref="LifecycleStorageException">The disk is full or refuses.</exception>
    public async ValueTask<DvcAddition> AddAsync(string path, CancellationToken cancellationToken = default)
    {
        string relative = RelativeTo(path);
        RequireMayBeOutput(relative);
        using DvcLocks held = await LockAsync([relative, relative + ".dvc"], cancellationToken).ConfigureAwait(false);
        List<string> warnings = [];
        DvcDocument? document = RequireFree(relative, warnings, cancellationToken);
        List<DvcWorkFile> files = _tree.Files(relative, isStrict: true, out bool isFolder, cancellationToken)
            ?? throw new SourceRefusedException(path, "there is no such file or folder.");
        DvcStamps stamps = DvcStamps.Load(_dvcFolder);
        Addition addition = await IngestAsync(relative, files, stamps, cancellationToken).ConfigureAwait(false);
        DvcRecord record = Record(relative, isFolder, addition, stamps, cancellationToken);
        await WriteAsync(relative, document, record, warnings, cancellationToken).ConfigureAwait(false);
        await stamps.SaveAsync().ConfigureAwait(false);
        return new DvcAddition(OutputOf(relative, record), addition.Read, addition.Objects, addition.Bytes, warnings);
    }

    private static DvcOutput OutputOf(string relative, DvcRecord record) => new(relative, relative + ".dvc")
    {
        Oid = record.Oid,
        HashKind = DvcHashKind.Md5,
        Size = record.Size,
        Files = record.Files,
        IsExecutable = record.IsExecutable,
    };

    private void RequireMayBeOutput(string relative)
    {
        string name = relative[(relative.LastIndexOf('/') + 1)..];
        string? reason = relative.Length == 0 ? "it is the repository itself; add what lies in it."
            : name.EndsWith(".dvc", StringComparison.Ordinal) || name is "dvc.yaml" or "dvc.lock" ? "names like this belong to DVC; rename it."
            : DvcOutputs.Refusal(relative) is { } refusal ? $"its path {refusal}."
            : null;
        if (reason is not null)
        {
            throw new SourceRefusedException(relative.Length == 0 ? Root : relative, reason);
        }

        for (int slash = relative.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = relative.IndexOf('/', slash + 1))
        {
            if (SourceFile.KindOf(Path.Combine(Root, relative[..slash])) == SourceKind.Link)
            {
                throw new SourceRefusedException(relative, $"'{relative[..slash]}' is a link, and links are not followed.");
            }
        }
    }

    // Nobody else has the path; returns the file that already tells of it.
    private DvcDocument? RequireFree(string relative, List<string> warnings, CancellationToken cancellationToken)
    {
        string own = relative + ".dvc";
        DvcDocument? document = null;
        foreach (DvcDocument one in _tree.Documents(cancellationToken))
        {
            document = one.Name == own ? one : document;
            foreach (DvcOutput output in one.Outputs.Select(o => o.Output))
            {
                string? reason = output.Path == relative && one.Name != own ? $"it is an output of '{one.Name}' already."
                    : relative.StartsWith(output.Path + "/", StringComparison.Ordinal) ? $"it lies in '{output.Path}', an output of '{one.Name}'; add that."
                    : output.Path.StartsWith(relative + "/", StringComparison.Ordinal) ? $"'{output.Path}', an output of '{one.Name}', lies in it; remove that file first."
                    : null;
                if (reason is not null)
                {
                    throw new SourceRefusedException(relative, reason);
                }
            }
        }

        string parent = relative.LastIndexOf('/') is >= 0 and int slash ? relative[..slash] : "";
        bool isFolder = Directory.Exists(Path.Combine(Root, relative));
        if (_tree.RulesFor(parent).IsIgnored(relative, isFolder))
        {
            throw new SourceRefusedException(relative, "a .dvcignore says that it is to be ignored; change that file.");
        }

        if (SourceFile.KindOf(Path.Combine(Root, own)) is not (SourceKind.Missing or SourceKind.File))
        {
            throw new SourceRefusedException(relative, $"'{own}' is no plain file; move it away.");
        }

        if (document is null && File.Exists(Path.Combine(Root, own)))
        {
            throw new SourceRefusedException(relative, $"'{own}' is there, and a .dvcignore says that it is to be ignored, so it would be overwritten unread; change the .dvcignore or move that file away.");
        }

        if (document is { Outputs.Count: 0 } && document.Text.Trim().Length > 0)
        {
            throw new SourceRefusedException(relative, $"'{own}' tells of no output, and what it tells instead would be lost; move that file away.");
        }

        if (document is { Outputs.Count: > 0 } && document.Outputs.All(o => o.Output.Path != relative))
        {
            throw new SourceRefusedException(relative, $"'{own}' tells of something else; move that file away.");
        }

        if (GitIndex.Tracks(Path.Combine(Root, relative), out string? warning))
        {
            throw new SourceRefusedException(relative, $"Git tracks it already. Take it out of Git first: git rm -r --cached '{relative}'.");
        }

        if (warning is not null)
        {
            warnings.Add(warning);
        }

        return document;
    }

    private async ValueTask<Addition> IngestAsync(string relative, List<DvcWorkFile> files, DvcStamps stamps, CancellationToken cancellationToken)
    {
        List<(DvcWorkFile File, Md5Hash Hash, long Length)> known = [];
        List<DvcIngest> unknown = [];
        DateTimeOffset now = _time.GetUtcNow(); // before the first byte: what changes behind it may not be seen in the times of a file
        DvcCache.Sweep(_cache.ObjectsFolder, now.UtcDateTime);
        using DvcObjectWriter writer = new(_cache, "add", stamps);
        Md5Hash?[] hashes = new Md5Hash?[files.Count];
        await Parallel.ForAsync(0, files.Count, cancellationToken, (i, token) =>
        {
            DvcWorkFile file = files[i];
            bool isKnown = stamps.TryGet(relative + "/" + file.Path, DvcHashKind.Md5, file.Stamp, out Md5Hash hash) && writer.Has(hash.Hex, DvcHashKind.Md5, file.Stamp.Length, token);
            hashes[i] = isKnown ? hash : null;
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        for (int i = 0; i < files.Count; i++)
        {
            if (hashes[i] is { } hash)
            {
                known.Add((files[i], hash, files[i].Stamp.Length));
            }
            else
            {
                unknown.Add(new DvcIngest(files[i], writer, cancellationToken));
            }
        }

        await Md5Reading.RunAsync(unknown, cancellationToken).ConfigureAwait(false);
        (long objects, long bytes) = (writer.Count, writer.Bytes);
        writer.Publish(cancellationToken);
        foreach (DvcIngest one in unknown)
        {
            stamps.Set(relative + "/" + one.File.Path, DvcHashKind.Md5, one.Stamp, one.Hash, now);
            known.Add((one.File, one.Hash, one.Stamp.Length));
        }

        return new Addition(known, unknown.Count, objects, bytes);
    }

    // What the `.dvc` file will say. The list of a folder becomes an object only now, when all its files are there.
    private DvcRecord Record(string relative, bool isFolder, Addition addition, DvcStamps stamps, CancellationToken cancellationToken)
    {
        string name = relative[(relative.LastIndexOf('/') + 1)..];
        long size = addition.Files.Sum(f => f.Length);
        if (!isFolder)
        {
            (DvcWorkFile file, Md5Hash hash, _) = addition.Files[0];
            return new DvcRecord(name, hash.Hex, size, null, file.IsExecutable);
        }

        byte[] list = DvcDirectoryObject.Write(addition.Files.Select(f => new DvcEntry(f.File.Path, f.Hash.Hex)));
        string oid = PutList(list, "add", stamps, cancellationToken);
        return new DvcRecord(name, oid, size, addition.Files.Count, false);
    }

    private string PutList(byte[] list, string operation, DvcStamps stamps, CancellationToken cancellationToken)
    {
        string oid = DvcDirectoryObject.Oid(list);
        using DvcObjectWriter writer = new(_cache, operation, stamps);
        if (!writer.Has(oid, DvcHashKind.Md5, list.Length, cancellationToken))
        {
            writer.Add(oid, DvcHashKind.Md5, list);
            writer.Publish(cancellationToken);
        }

        return oid;
    }

    private async ValueTask WriteAsync(string relative, DvcDocument? document, DvcRecord record, List<string> warnings, CancellationToken cancellationToken)
    {
        string file = Path.Combine(Root, relative + ".dvc");
        string text = document is { Outputs.Count: > 0 }
            ? DvcFileWriter.Update(document.Text, document.Outputs.First(o => o.Output.Path == relative).Node, record, document.Name)
            : DvcFileWriter.New(record);
        // the two files go together, so from here on nothing is cancelled
        cancellationToken.ThrowIfCancellationRequested();
        if (document is null || document.Text != text)
        {
            await ReplaceAsync(file, Encoding.UTF8.GetBytes(text)).ConfigureAwait(false);
        }

        if (!_config.HasNoScm)
        {
            await IgnoreInGitAsync(relative, warnings).ConfigureAwait(false);
        }
    }

    // `/name` in the `.gitignore` beside the data, once.
    private async ValueTask IgnoreInGitAsync(string relative, List<string> warnings)
    {
        int slash = relative.LastIndexOf('/');
        string folder = slash < 0 ? "" : relative[..slash];
        string line = "/" + string.Concat(relative[(slash + 1)..].Select(c => c is '[' or ']' or '!' or '*' or '#' or '?' ? "\\" + c : c.ToString()));
        string file = Path.Combine(Root, folder, ".gitignore");
        SourceKind kind = SourceFile.KindOf(file);
        if (kind is not (SourceKind.Missing or SourceKind.File))
        {
            warnings.Add($"'{file}' is no plain file, so '{line}' was not written into it.");
            return;
        }

        // bytes, because Git asks for no encoding
        byte[] text = kind == SourceKind.File ? await File.ReadAllBytesAsync(file).ConfigureAwait(false) : [];
        byte[] added = Encoding.UTF8.GetBytes(line);
        if (!HasLine(text, added))
        {
            byte[] end = text is [.., not (byte)'\n'] ? [(byte)'\n'] : [];
            await ReplaceAsync(file, (byte[])[.. text, .. end, .. added, (byte)'\n']).ConfigureAwait(false);
        }
    }

    private static bool HasLine(ReadOnlySpan<byte> text, ReadOnlySpan<byte> line)
    {
        foreach (Range one in text.Split((byte)'\n'))
        {
            if (text[one].TrimEnd((byte)'\r').SequenceEqual(line))
            {
                return true;
            }
        }

        return false;
    }

    private static async ValueTask ReplaceAsync(string file, ReadOnlyMemory<byte> text)
    {
        try
        {
            UnixFileMode? mode = !OperatingSystem.IsWindows() && File.Exists(file) ? File.GetUnixFileMode(file) : null;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await AtomicFile.WriteAsync(file, text).ConfigureAwait(false);
            if (mode is { } kept && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, kept);
            }
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            throw DvcDisk.Of(e, "write", file, text.Length);
        }
    }

    private sealed record Addition(IReadOnlyList<(DvcWorkFile File, Md5Hash Hash, long Length)> Files, long Read, long Objects, long Bytes);
}
