using System.Collections.Concurrent;

namespace Lifecycle.Data;

public sealed partial class DvcRepository
{
    /// <summary>
    /// Writes outputs into the work tree from the cache. Every object is hashed before its file gets its place, whatever its mode says. A file in the way whose
    /// bytes are in the cache is replaced; one whose bytes are nowhere else is a conflict, and nothing is written.
    /// </summary>
    /// <param name="path">An output, the file that tells of it, or a folder of outputs; null for all.</param>
    /// <param name="options">Null copies and overwrites nothing.</param>
    /// <param name="cancellationToken">Cancelling before the first file has its place leaves everything as it was.</param>
    /// <exception cref="UnsafePathException">Paths that must not be written; nothing was.</exception>
    /// <exception cref="DvcObjectMissingException">Objects are not in the cache; nothing was written.</exception>
    /// <exception cref="DvcObjectCorruptedException">Objects are damaged; nothing was written.</exception>
    /// <exception cref="WorkspaceModifiedException">
    /// Files in the way hold bytes that are kept nowhere; nothing was written. Or files changed while the checkout ran: these stayed, the others were written.
    /// </exception>
    public ValueTask<DvcCheckoutReport> CheckoutAsync(string? path = null, DvcCheckoutOptions? options = null, CancellationToken cancellationToken = default) =>
        CheckoutAsync(path, options ?? new DvcCheckoutOptions(), isRelink: false, cancellationToken);

    /// <summary>Replaces unchanged files of outputs by links to their objects or clones of them, to save space. Changed files stay.</summary>
    /// <param name="path">An output, the file that tells of it, or a folder of outputs; null for all.</param>
    /// <param name="link">The kind; null takes the first of <c>cache.type</c> that is no copy, else a clone.</param>
    /// <param name="cancellationToken">Cancelling before the first file has its place leaves everything as it was.</param>
    /// <exception cref="UnsafePathException">Paths that must not be written; nothing was replaced.</exception>
    /// <exception cref="DvcObjectMissingException">Objects are not in the cache; nothing was replaced.</exception>
    /// <exception cref="DvcObjectCorruptedException">Objects are damaged; nothing was replaced.</exception>
    /// <exception cref="WorkspaceModifiedException">
    /// A file stands where an output is a folder, or a folder where it is a file; nothing was replaced. Or files changed meanwhile: these stayed, the others
    /// were replaced.
    /// </exception>
    public ValueTask<DvcCheckoutReport> RelinkAsync(string? path = null, LinkKind? link = null, CancellationToken cancellationToken = default)
    {
        LinkKind kind = link ?? (_config.CacheTypes.FirstOrDefault(t => t is "reflink" or "hardlink") == "hardlink" ? LinkKind.Hardlink : LinkKind.Reflink);
        return CheckoutAsync(path, new DvcCheckoutOptions { Link = kind }, isRelink: true, cancellationToken);
    }

    private async ValueTask<DvcCheckoutReport> CheckoutAsync(string? path, DvcCheckoutOptions options, bool isRelink, CancellationToken cancellationToken)
    {
        List<DvcOutput> outputs = Select(path, cancellationToken);
        List<string> skipped = [.. outputs.Where(o => o is { Unsupported: not null, IsUnsafe: false }).Select(o => $"{o.Path}: {o.Unsupported}")];
        List<(DvcOutput Output, IReadOnlyList<DvcEntry> Entries)> wanted = Wanted(outputs, isWritten: true);
        DvcStamps stamps = DvcStamps.Load(_dvcFolder);
        CheckoutPlan plan = new();
        try
        {
            foreach ((DvcOutput output, IReadOnlyList<DvcEntry> entries) in wanted)
            {
                await PlanAsync(output, entries, plan, stamps, isRelink, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await stamps.SaveAsync().ConfigureAwait(false);
        }

        await SettleAsync(plan, options, cancellationToken).ConfigureAwait(false);
        using DvcPlacement placement = new(Root, _cache, options.Link, _time.GetUtcNow().UtcDateTime);
        await placement.StageAsync(plan.Targets, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        placement.Place(plan.Removed);
        plan.Empty.ForEach(folder => Directory.CreateDirectory(Path.Combine(Root, folder)));
        List<string> removed = [.. plan.Removed.Select(r => r.Path)];
        RemoveEmpty(removed);
        return new DvcCheckoutReport(plan.Targets.Count, plan.Unchanged, removed, plan.Kept, placement.Linked, placement.Bytes, skipped);
    }

    // Everything that will be written is looked at first: paths, then objects. What folds names is found out by making a file, so only who writes asks.
    private List<(DvcOutput Output, IReadOnlyList<DvcEntry> Entries)> Wanted(List<DvcOutput> outputs, bool isWritten)
    {
        List<(string Path, string Reason)> refused = [.. outputs.Where(o => o.IsUnsafe).Select(o => (o.Path, "leads out of the repository or into what rules it"))];
        List<(DvcOutput, IReadOnlyList<DvcEntry>)> wanted = [];
        List<string> missing = [];
        List<string> paths = [];
        foreach (DvcOutput output in outputs.Where(o => o is { Unsupported: null, Oid: not null, IsCached: true }))
        {
            IReadOnlyList<DvcEntry>? entries = Entries(output);
            if (entries is null)
            {
                missing.Add($"{output.Oid} of {output.Path}");
                continue;
            }

            wanted.Add((output, entries));
            foreach (DvcEntry entry in entries)
            {
                string combined = Combined(output, entry.Path);
                paths.Add(combined);
                if (output.IsFolder && DvcOutputs.Refusal(entry.Path) is { } reason)
                {
                    refused.Add((combined, reason));
                }
                else if (!_cache.Has(entry.Md5, output.HashKind))
                {
                    missing.Add($"{entry.Md5} of {combined}");
                }
            }
        }

        if (refused.Count == 0)
        {
            refused = PathGuard.Check(paths, portable: OperatingSystem.IsWindows(), foldCase: isWritten && FolderTraits.FoldsNames(Root));
        }

        return refused.Count > 0 ? throw new UnsafePathException(refused)
            : missing.Count > 0 ? throw new DvcObjectMissingException(missing, Pulling(outputs.FirstOrDefault(o => o.Remote is not null)))
            : wanted;
    }

    private async ValueTask PlanAsync(
        DvcOutput output, IReadOnlyList<DvcEntry> entries, CheckoutPlan plan, DvcStamps stamps, bool isRelink, CancellationToken cancellationToken)
    {
        RequireFolders(output.Path);
        bool? isExecutable = output.IsFolder ? null : output.IsExecutable;
        List<DvcWorkFile>? files = _tree.Files(output.Path, isStrict: false, out bool isFolder, cancellationToken);
        if (files is null)
        {
            plan.Targets.AddRange(isRelink ? [] : entries.Select(e => new DvcTarget(Combined(output, e.Path), e.Md5, output.HashKind, isExecutable, default)));
            if (entries.Count == 0 && !isRelink)
            {
                plan.Empty.Add(output.Path);
            }

            return;
        }

        if (isFolder != output.IsFolder)
        {
            plan.Blocked.Add(output.Path);
            return;
        }

        (ConcurrentDictionary<string, Md5Hash> hashes, _) = await DvcHashing.HashAsync(output.Path, files, output.HashKind, stamps, _time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        Dictionary<string, DvcWorkFile> there = files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        foreach (DvcEntry entry in entries)
        {
            string combined = Combined(output, entry.Path);
            if (!there.Remove(entry.Path, out DvcWorkFile? file))
            {
                if (!isRelink)
                {
                    Missing(plan, new DvcTarget(combined, entry.Md5, output.HashKind, isExecutable, SourceFile.LookAt(Path.Combine(Root, combined))));
                }

                continue;
            }

            DvcTarget target = new(combined, entry.Md5, output.HashKind, isExecutable, file.Found);
            if (hashes.TryGetValue(entry.Path, out Md5Hash hash) && hash.Hex == entry.Md5 && (isExecutable is null || file.IsExecutable == isExecutable))
            {
                plan.Unchanged += isRelink ? 0 : 1;
                plan.Targets.AddRange(isRelink && HoldsTheBytesOf(file.FullPath, entry.Md5, output.HashKind) ? [target] : []);
            }
            else if (!isRelink)
            {
                plan.Targets.Add(target);
                bool isSame = hash.Hex == entry.Md5 && HoldsTheBytesOf(file.FullPath, entry.Md5, output.HashKind);
                plan.Different.Add((combined, file.FullPath, file.FullPath is null || isSame ? null : hash.Hex, output.HashKind, isSame));
            }
        }

        if (!isRelink)
        {
            plan.Extra.AddRange(there.Values.Select(f => (Combined(output, f.Path), f.FullPath, f.Found, hashes.TryGetValue(f.Path, out Md5Hash hash) ? hash.Hex : null, output.HashKind)));
        }
    }

    // Nothing of the output is there, but something that is ignored, or a folder, may have its name.
    private void Missing(CheckoutPlan plan, DvcTarget target)
    {
        RequireFolders(target.Path);
        switch (target.Found.Kind)
        {
            case SourceKind.Missing:
                plan.Targets.Add(target);
                break;
            case SourceKind.File:
                plan.Targets.Add(target);
                plan.Different.Add((target.Path, null, null, target.Kind, false));
                break;
            default:
                plan.Blocked.Add(target.Path);
                break;
        }
    }

    private void RequireFolders(string path)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            switch (SourceFile.KindOf(Path.Combine(Root, path[..slash])))
            {
                case SourceKind.Missing:
                    return;
                case SourceKind.Link:
                    throw new UnsafePathException([(path, $"would be written through the link '{path[..slash]}'")]);
                case SourceKind.Folder:
                    break;
                default:
                    throw new WorkspaceModifiedException(Root, [path[..slash]], canOverwrite: false);
            }
        }
    }

    // What is in the way may go when the cache has its bytes, in sound objects; an object with a bit flipped would lose them.
    private async ValueTask SettleAsync(CheckoutPlan plan, DvcCheckoutOptions options, CancellationToken cancellationToken)
    {
        if (plan.Blocked.Count > 0)
        {
            throw new WorkspaceModifiedException(Root, plan.Blocked, canOverwrite: false);
        }

        HashSet<(string Oid, DvcHashKind Kind)> asked = [.. plan.Different.Where(d => d.Hash is not null).Select(d => (d.Hash!, d.Kind)), .. plan.Extra.Where(e => e.Hash is not null).Select(e => (e.Hash!, e.Kind))];
        HashSet<(string Oid, DvcHashKind Kind)> kept = await SoundAsync(asked, cancellationToken).ConfigureAwait(false);
        List<string> conflicts = [.. plan.Different.Where(d => !d.OnlyMode && !IsKept(d.FullPath, d.Hash, d.Kind)).Select(d => d.Path)];
        if (conflicts.Count > 0 && !options.Overwrite)
        {
            throw WorkspaceModifiedException.InDvc(Root, conflicts);
        }

        foreach ((string path, string? fullPath, NativeStamp found, string? hash, DvcHashKind kind) in plan.Extra)
        {
            if (options.Exact || IsKept(fullPath, hash, kind))
            {
                plan.Removed.Add((path, found));
            }
            else
            {
                plan.Kept.Add(path);
            }
        }

        bool IsKept(string? fullPath, string? hash, DvcHashKind kind) => hash is not null && kept.Contains((hash, kind)) && HoldsTheBytesOf(fullPath, hash, kind);
    }

    // The hash of DVC 2 is one for texts that differ in their line ends; whether the cache keeps a file only its bytes tell.
    private bool HoldsTheBytesOf(string? file, string oid, DvcHashKind kind) =>
        kind == DvcHashKind.Md5 || (file is not null && _cache.Has(oid, kind) && DvcHashing.AreEqual(file, _cache.PathOf(oid, kind)));

    private async ValueTask<HashSet<(string Oid, DvcHashKind Kind)>> SoundAsync(HashSet<(string Oid, DvcHashKind Kind)> objects, CancellationToken cancellationToken)
    {
        ConcurrentBag<string> damaged = [];
        List<((string Oid, DvcHashKind Kind) Object, string Path)> there = [.. objects.Where(o => _cache.Has(o.Oid, o.Kind)).Select(o => (o, _cache.PathOf(o.Oid, o.Kind)))];
        await Md5Reading.RunAsync(there.Where(o => o.Object.Kind == DvcHashKind.Md5).Select(o => new Verifying(o.Path, o.Object.Oid, damaged)), cancellationToken).ConfigureAwait(false);
        foreach (((string oid, _), string path) in there.Where(o => o.Object.Kind != DvcHashKind.Md5))
        {
            if (DvcHashing.Legacy(path, cancellationToken).Hash.Hex != oid)
            {
                damaged.Add($"'{path}' ");
            }
        }

        return [.. there.Where(o => !damaged.Any(d => d.StartsWith($"'{o.Path}' ", StringComparison.Ordinal))).Select(o => o.Object)];
    }

    private void RemoveEmpty(List<string> removed)
    {
        foreach (string folder in removed.Select(r => r[..Math.Max(0, r.LastIndexOf('/'))]).Distinct().OrderByDescending(f => f.Length))
        {
            for (string path = folder; path.Contains('/', StringComparison.Ordinal); path = path[..path.LastIndexOf('/')])
            {
                string full = Path.Combine(Root, path);
                if (!Directory.Exists(full) || Directory.EnumerateFileSystemEntries(full).Any())
                {
                    break;
                }

                Directory.Delete(full);
            }
        }
    }

    private sealed class CheckoutPlan
    {
        public List<DvcTarget> Targets { get; } = [];

        public List<string> Blocked { get; } = [];

        /// <summary>Empty folders, which no file would make.</summary>
        public List<string> Empty { get; } = [];

        /// <summary>Files in the way: their hash, or null when it is not known; or only their mode differs.</summary>
        public List<(string Path, string? FullPath, string? Hash, DvcHashKind Kind, bool OnlyMode)> Different { get; } = [];

        public List<(string Path, string? FullPath, NativeStamp Found, string? Hash, DvcHashKind Kind)> Extra { get; } = [];

        public List<(string Path, NativeStamp Found)> Removed { get; } = [];

        public List<string> Kept { get; } = [];

        public long Unchanged { get; set; }
    }
}
