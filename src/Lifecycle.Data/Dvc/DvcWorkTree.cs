namespace Lifecycle.Data;

/// <summary>A file of the work tree that belongs to an output.</summary>
/// <param name="FullPath">Where its bytes are: itself, or the object it is a link to; null for a link to elsewhere.</param>
/// <param name="Path">Relative to the output; empty when the output is the file.</param>
/// <param name="Stamp">The stamp of its bytes.</param>
/// <param name="IsExecutable">Whether its owner may execute it.</param>
/// <param name="Found">What stood under its name, a link not followed; looked at before its bytes.</param>
internal sealed record DvcWorkFile(string? FullPath, string Path, FileStamp Stamp, bool IsExecutable, NativeStamp Found);

/// <summary>The work tree of a DVC repository: which files tell of outputs, and which files an output has.</summary>
internal sealed class DvcWorkTree(string root, string cacheRoot)
{
    private const int DeepestFolder = 256;

    /// <summary>Every <c>.dvc</c> file and <c>dvc.lock</c> that is not ignored, in order of their names. Folders that are outputs are not entered.</summary>
    /// <exception cref="LifecycleStorageException">A folder may not be listed.</exception>
    public List<DvcDocument> Documents(CancellationToken cancellationToken)
    {
        List<DvcDocument> documents = [];
        Documents("", RulesAt("", IgnoreRules.BuiltIn), documents, new HashSet<string>(StringComparer.Ordinal), 0, cancellationToken);
        return documents;
    }

    /// <summary>What is ignored below a folder of the repository, by its own file and those of its parents.</summary>
    public IgnoreRules RulesFor(string folder)
    {
        IgnoreRules rules = RulesAt("", IgnoreRules.BuiltIn);
        if (folder.Length == 0)
        {
            return rules;
        }

        for (int slash = folder.IndexOf('/', StringComparison.Ordinal); ; slash = folder.IndexOf('/', slash + 1))
        {
            rules = RulesAt(slash < 0 ? folder : folder[..slash], rules);
            if (slash < 0)
            {
                return rules;
            }
        }
    }

    /// <summary>The files of an output, in no order; null when nothing is there.</summary>
    /// <param name="path">The output.</param>
    /// <param name="isStrict">Whether links that lead out of the cache and a <c>.dvcignore</c> inside are errors, as they are when data are added.</param>
    /// <param name="isFolder">Whether it is a folder.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SourceRefusedException">A device, a name that is no text; or a link.</exception>
    /// <exception cref="LifecycleStorageException">A folder may not be listed.</exception>
    public List<DvcWorkFile>? Files(string path, bool isStrict, out bool isFolder, CancellationToken cancellationToken)
    {
        string full = Path.Combine(root, path);
        NativeStamp stamp = SourceFile.LookAt(full);
        isFolder = stamp.Kind == SourceKind.Folder;
        List<DvcWorkFile> files = [];
        switch (stamp.Kind)
        {
            case SourceKind.Missing:
                return null;
            case SourceKind.Folder:
                string parent = path.LastIndexOf('/') is >= 0 and int slash ? path[..slash] : "";
                Folder(full, path, "", RulesFor(parent), isStrict, files, 0, cancellationToken);
                return files;
            default:
                files.Add(File(full, "", stamp, isStrict));
                return files;
        }
    }

    private void Documents(string folder, IgnoreRules rules, List<DvcDocument> documents, HashSet<string> outputs, int depth, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string full = Path.Combine(root, folder);
        List<string> folders = [];
        foreach (FileSystemInfo entry in DvcDisk.List(full, ignored: true, o => new DirectoryInfo(full).EnumerateFileSystemInfos("*", o)).OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            string relative = folder.Length == 0 ? entry.Name : folder + "/" + entry.Name;
            if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                continue;
            }

            bool isFolder = entry.Attributes.HasFlag(FileAttributes.Directory);
            if (isFolder)
            {
                folders.Add(relative);
            }
            else if (((entry.Name.EndsWith(".dvc", StringComparison.Ordinal) && entry.Name.Length > 4) || entry.Name == "dvc.lock") && !rules.IsIgnoredItself(relative, isFolder: false))
            {
                DvcDocument document = DvcOutputs.Read(entry.FullName, relative);
                documents.Add(document);
                outputs.UnionWith(document.Outputs.Select(o => o.Output.Path));
            }
        }

        foreach (string relative in folders)
        {
            if (depth < DeepestFolder && !outputs.Contains(relative) && !rules.IsIgnoredItself(relative, isFolder: true) && !Directory.Exists(Path.Combine(root, relative, ".dvc")))
            {
                Documents(relative, RulesAt(relative, rules), documents, outputs, depth + 1, cancellationToken);
            }
        }
    }

    private void Folder(
        string full, string path, string prefix, IgnoreRules rules, bool isStrict, List<DvcWorkFile> files, int depth, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (depth > DeepestFolder)
        {
            throw new SourceRefusedException(full, $"folders are nested more than {DeepestFolder} deep.");
        }

        if (StaleFolders.IsStore(full))
        {
            if (isStrict)
            {
                throw new SourceRefusedException(full, "it is the folder of a store, which changes while it is read. Move it out of the data, or name it in .dvcignore.");
            }

            return; // what lies in a store is no file of the work tree, and no checkout removes it
        }

        string ignoreFile = Path.Combine(full, ".dvcignore");
        if (System.IO.File.Exists(ignoreFile) && !rules.IsIgnoredItself(path + "/.dvcignore", isFolder: false))
        {
            if (isStrict)
            {
                throw new SourceRefusedException(ignoreFile, "a .dvcignore inside data that are added would be data and a rule at once; move it to a folder above.");
            }

            rules = RulesAt(path, rules);
        }

        foreach (string entry in DvcDisk.List(full, ignored: true, o => Directory.EnumerateFileSystemEntries(full, "*", o)))
        {
            string name = Path.GetFileName(entry);
            if (TreeScanner.IsTemporary(name))
            {
                continue; // a checkout writes it, or was killed
            }

            if (name.Contains('\uFFFD', StringComparison.Ordinal) || !DvcFileReader.IsText(name))
            {
                throw new SourceRefusedException(entry, "its name is not UTF-8; rename it.");
            }

            NativeStamp stamp = SourceFile.LookAt(entry);
            bool isFolder = stamp.Kind == SourceKind.Folder;
            string relative = path + "/" + name;
            if (stamp.Kind == SourceKind.Missing || rules.IsIgnoredItself(relative, isFolder))
            {
                continue;
            }

            if (!isFolder)
            {
                files.Add(File(entry, prefix + name, stamp, isStrict));
                if (files.Count > DatasetTree.MaximumFiles)
                {
                    throw new SourceRefusedException(full, $"an output holds at most {DatasetTree.MaximumFiles} files.");
                }
            }
            else if (!Directory.Exists(Path.Combine(entry, ".dvc")))
            {
                Folder(entry, relative, prefix + name + "/", rules, isStrict, files, depth + 1, cancellationToken);
            }
        }
    }

    // A link to an object of the cache is how DVC itself may put data there (cache.type = symlink).
    private DvcWorkFile File(string full, string path, NativeStamp stamp, bool isStrict)
    {
        if (stamp.Kind == SourceKind.File)
        {
            return new DvcWorkFile(full, path, stamp.Stamp, stamp.IsExecutable, stamp);
        }

        if (stamp.Kind == SourceKind.Link)
        {
            string? target = null;
            try
            {
                target = System.IO.File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName;
            }
            catch (IOException)
            {
                target = null; // a circle of links
            }

            if (target is not null && target.StartsWith(cacheRoot + Path.DirectorySeparatorChar, StringComparison.Ordinal) && SourceFile.LookAt(target) is { Kind: SourceKind.File } there)
            {
                return new DvcWorkFile(target, path, there.Stamp, there.IsExecutable, stamp);
            }
        }

        return isStrict
            ? throw new SourceRefusedException(
                full, stamp.Kind == SourceKind.Link ? "it is a link, and links are not followed; add what it points to, or replace it by a copy." : "it is a device, a pipe or a socket, not a file.")
            : new DvcWorkFile(null, path, default, false, stamp);
    }

    private IgnoreRules RulesAt(string folder, IgnoreRules rules)
    {
        string name = folder.Length == 0 ? ".dvcignore" : folder + "/.dvcignore";
        string file = Path.Combine(root, name);
        if (rules.IsIgnoredItself(name, isFolder: false) || !System.IO.File.Exists(file) || SourceFile.KindOf(file) != SourceKind.File)
        {
            return rules;
        }

        long length = new FileInfo(file).Length;
        return length > IgnoreRules.MaximumFileBytes
            ? throw new DvcFormatException(name, 1, 1, $"the file has {length} bytes; at most {IgnoreRules.MaximumFileBytes} are read")
            : rules.WithFile(folder, System.IO.File.ReadAllBytes(file), name);
    }
}
