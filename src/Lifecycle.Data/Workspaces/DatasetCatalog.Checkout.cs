using System.Diagnostics;
using System.Text.Json;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    /// <summary>Whether a folder takes names for one that differ in case or normal form; asked before a checkout.</summary>
    internal Func<string, bool> FoldsNames { get; init; } = FolderTraits.FoldsNames;

    internal async ValueTask<CheckoutReport> CheckoutAsync(
        DatasetVersion version, string folder, CheckoutOptions options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        PathPatterns include = PathPatterns.Of(options.Patterns);
        using Activity? activity = DataTelemetry.Start("dataset checkout", version.Name);
        long started = Stopwatch.GetTimestamp();
        TreePlacer placer = new(Blobs, options);
        try
        {
            await ReadyAsync(cancellationToken).ConfigureAwait(false);
            string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
            string? below = StoreFolder.Below(full, _database.Folder);
            if (StoreFolder.Holds(_database.Folder, full))
            {
                throw new UnsafePathException([(full, "is the folder of the store, or lies in it; choose a folder outside of it")]);
            }

            IReadOnlyList<DatasetFile> files = await version.ListFilesAsync(cancellationToken).ConfigureAwait(false);
            files = include.IsAll ? files : [.. files.Where(f => include.Includes(f.Path))];
            List<string> paths = [.. files.Select(f => f.Path)];
            bool portable = options.PortableNames || OperatingSystem.IsWindows();
            PathGuard.Require(paths, portable, foldCase: false);
            if (below is not null && paths.FindAll(p => StoreFolder.IsIn(below, p)) is { Count: > 0 } inStore)
            {
                throw new UnsafePathException([.. inStore.Select(p => (p, "would be written into the folder of the store"))]);
            }

            if (File.Exists(full) || Path.GetDirectoryName(full) is not { } parent)
            {
                throw new WorkspaceModifiedException(full, [full], canOverwrite: false);
            }

            bool exists = Directory.Exists(full);
            if (!portable && FoldsNames(exists ? full : ExistingFolder(parent)))
            {
                PathGuard.Require(paths, portable, foldCase: true);
            }

            WorkspaceRow? row = await WorkspaceRow.FindAsync(_database, full, cancellationToken).ConfigureAwait(false);
            return exists
                ? await IntoAsync(version, full, files, include, row, options, placer, cancellationToken).ConfigureAwait(false)
                : await BuildAsync(version, full, files, include, row, placer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            if (e is IOException or UnauthorizedAccessException)
            {
                string why = DiskRoom.Full(e, Path.GetFullPath(folder), placer.Needed) ?? e.Message;
                throw new DatasetException($"{version} could not be written to '{folder}': {why} Make room or choose a folder that this process may write to.", e);
            }

            throw;
        }
        finally
        {
            DataTelemetry.CheckoutDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
    }

    private async ValueTask<CheckoutReport> BuildAsync(
        DatasetVersion version,
        string folder,
        IReadOnlyList<DatasetFile> files,
        PathPatterns include,
        WorkspaceRow? row,
        TreePlacer placer,
        CancellationToken cancellationToken)
    {
        await placer.BuildAsync(folder, files, cancellationToken).ConfigureAwait(false);
        await HoldsAsync(row, version, folder, include, StampIndex.Empty, cancellationToken).ConfigureAwait(false);
        return new CheckoutReport(folder, placer.Written, 0, [], placer.Linked, placer.Bytes) { CopiedInstead = placer.CopiedInstead };
    }

    private async ValueTask<CheckoutReport> IntoAsync(
        DatasetVersion version,
        string folder,
        IReadOnlyList<DatasetFile> files,
        PathPatterns include,
        WorkspaceRow? row,
        CheckoutOptions options,
        TreePlacer placer,
        CancellationToken cancellationToken)
    {
        DateTimeOffset taken = Now;
        HeldFiles before = await HeldAsync(row, cancellationToken).ConfigureAwait(false);
        using OpenFolder root = OpenFolder.Open(folder);
        List<string>? extras = options.Exact ? Extras(folder, files, include, StoreFolder.Below(folder, _database.Folder), cancellationToken) : null;
        CheckoutPlan plan = await Task.Run(
            () => CheckoutPlan.Look(root, files, before, row?.Stamps ?? StampIndex.Empty, extras, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (plan.Linked.Count > 0)
        {
            throw new UnsafePathException(plan.Linked);
        }

        if (plan.Blocked.Count > 0)
        {
            throw new WorkspaceModifiedException(folder, [.. plan.Blocked], canOverwrite: false);
        }

        if (plan.Conflicts.Count > 0 && !options.Overwrite)
        {
            throw new WorkspaceModifiedException(folder, plan.Conflicts);
        }

        HashSet<string> conflicts = [.. plan.Conflicts];
        string[] overwritten = [.. plan.Write.Where(f => conflicts.Contains(f.File.Path)).Select(f => f.File.Path)];
        string[] removed = [.. plan.Remove.Select(f => f.File.Path)];
        StaleFolders.RemoveFiles(folder);
        if (row is not null && plan.Write.Count + plan.Remove.Count > 0 && !row.Placing.Contains(version.Id))
        {
            // before the first file: whoever finds the folder half done knows what it was on the way to
            row = row with { Placing = [.. row.Placing, version.Id] };
            await row.SaveAsync(_database, folder, CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        }

        await placer.WriteAsync(
            root,
            plan.Write,
            async () =>
            {
                if (conflicts.Count > 0)
                {
                    // told before it is done: bytes that are gone without a word would be worse than a word too many
                    await AuditOverwriteAsync(version, folder, overwritten, [.. removed.Where(conflicts.Contains)], cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
        Remove(root, plan.Remove, placer.Touched);
        SetModes(root, plan.Equal);
        await HoldsAsync(row, version, folder, include, StampIndex.Of(plan.Stamped, taken, default), cancellationToken).ConfigureAwait(false);
        return new CheckoutReport(folder, placer.Written, plan.Equal.Count, overwritten, placer.Linked, placer.Bytes)
        {
            Removed = removed,
            CopiedInstead = placer.CopiedInstead,
        };
    }

    // The versions whose content may be replaced without asking: the one that the folder held last, and those that were being placed when a process died.
    private async ValueTask<HeldFiles> HeldAsync(WorkspaceRow? row, CancellationToken cancellationToken)
    {
        List<DatasetVersion> versions = [];
        if (row is not null)
        {
            if (await VersionOfAsync(row, cancellationToken).ConfigureAwait(false) is { } last)
            {
                versions.Add(last);
            }

            foreach (string id in row.Placing)
            {
                if (await FindAsync(id, cancellationToken).ConfigureAwait(false) is { } begun)
                {
                    versions.Add(begun);
                }
            }
        }

        List<IReadOnlyDictionary<string, DatasetFile>> files = [];
        foreach (DatasetVersion version in versions)
        {
            files.Add((await version.ListFilesAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(f => f.Path, StringComparer.Ordinal));
        }

        return new HeldFiles(files);
    }

    private static List<string> Extras(
        string folder, IReadOnlyList<DatasetFile> files, PathPatterns include, string? below, CancellationToken cancellationToken)
    {
        HashSet<string> wanted = files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        List<string> extras = [.. TreeScanner.Names(folder, below, cancellationToken).Where(p => include.Includes(p) && !wanted.Contains(p))];
        extras.Sort(PathOrder.Compare);
        return extras;
    }

    /// <summary>Removes files, and folders that lost their last one; durable when it returns.</summary>
    internal static void Remove(OpenFolder root, IReadOnlyList<PlannedFile> files, TouchedFiles touched)
    {
        if (files.Count == 0)
        {
            return;
        }

        using FolderWalk walk = new(root);
        foreach (PlannedFile file in files)
        {
            OpenFolder? folder = walk.Enter(file.File.Path, make: false, out string name, out _);
            NativeStamp found = folder?.Look(name) ?? default;
            if (folder is null || found.Kind == SourceKind.Missing)
            {
                continue;
            }

            if (!touched.IsStill(found, file.Found))
            {
                throw new WorkspaceModifiedException(root.Path, [file.File.Path], canOverwrite: false, isLate: true);
            }

            folder.Remove(name);
            touched.Add(found.Stamp);
        }

        // a folder that lost its last file goes too, from the deepest up
        foreach (string parent in files.SelectMany(f => Parents(f.File.Path)).Distinct(StringComparer.Ordinal).OrderByDescending(p => p.Length))
        {
            walk.Enter(parent, make: false, out string name, out _)?.RemoveIfEmpty(name);
        }

        TreePlacer.FlushFolders(root, files.Select(f => f.File.Path), TreePlacer.FlushesAll(root, files.Count));
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }
    }

    private static void SetModes(OpenFolder root, IReadOnlyList<(DatasetFile File, bool SetMode)> files)
    {
        using FolderWalk walk = new(root);
        foreach ((DatasetFile file, bool setMode) in files)
        {
            if (setMode)
            {
                walk.Enter(file.Path, make: false, out string name, out _)?.SetExecutable(name, file.IsExecutable);
            }
        }
    }

    // The files are there; only then the folder follows the version. If this fails, the next checkout finds that nothing is left to write.
    private async ValueTask HoldsAsync(
        WorkspaceRow? row, DatasetVersion version, string folder, PathPatterns include, StampIndex stamps, CancellationToken cancellationToken)
    {
        if (row is not null)
        {
            WorkspaceRow held = new(version.Name, version.Number, include, stamps);
            await held.SaveAsync(_database, folder, CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask AuditOverwriteAsync(DatasetVersion version, string folder, string[] files, string[] removed, CancellationToken cancellationToken) =>
        await _database.WriteAsync(
            async (transaction, token) => await _audit.AppendAsync(
                transaction,
                new AuditRecord(
                    "dataset.overwrote", "dataset/" + version, null,
                    JsonSerializer.Serialize(new OverwroteState(folder, files, removed.Length > 0 ? removed : null), DataJson.Default.OverwroteState)),
                token).ConfigureAwait(false),
            CommitDurability.Flushed,
            cancellationToken).ConfigureAwait(false);

    private static string ExistingFolder(string folder)
    {
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        }

        return folder;
    }
}
