using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>
/// Versions of a model in a folder: <c>&lt;root&gt;/&lt;version&gt;/model.onnx</c> or <c>model.zip</c>, where all files of that folder belong to the model,
/// or <c>&lt;root&gt;/&lt;version&gt;.onnx</c> or <c>.zip</c>. The latest version is also called <see cref="ModelOffer.Latest"/>.
/// A version is there when its model file is; hidden and temporary files are passed over, and names that cannot be versions are, with one warning.
/// Beside a model file may lie <c>&lt;file&gt;.sha256</c>, the digest that it must have, and its golden examples: <c>golden.jsonl</c> in the version's folder,
/// <c>&lt;version&gt;.onnx.golden.jsonl</c> without one.
/// </summary>
public sealed class FolderSource : IModelSource, IOlderVersions
{
    private readonly Versions _layout;
    private readonly TimeProvider _time;

    /// <summary>Makes a source.</summary>
    /// <param name="path">The folder. It may be reached over links; links in it must not lead out of it.</param>
    /// <param name="policy">Which versions are served; null means the latest one.</param>
    /// <param name="options">How they are looked at; null means the defaults.</param>
    /// <param name="time">The clock of the looks; null means the system's.</param>
    /// <exception cref="ArgumentException">The path names no local folder, or an option is out of range.</exception>
    public FolderSource(string path, VersionPolicy? policy = null, FileSourceOptions? options = null, TimeProvider? time = null)
    {
        Path = System.IO.Path.TrimEndingDirectorySeparator(LocalPath.Of(path));
        _layout = new Versions(Path, policy ?? VersionPolicy.Latest(), (options ?? new FileSourceOptions()).Validated());
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(demand);
        return FileFollow.RunAsync(_layout, demand, _time, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListVersionsAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_layout.Names(LinkTrail.Of(Path)));
    }

    async IAsyncEnumerable<ModelRevision> IOlderVersions.OlderAsync(string version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LinkTrail root = LinkTrail.Of(Path);
        foreach (string name in _layout.Older(root, version))
        {
            if (await FileFollow.OnceAsync(_layout, root, name, _time, cancellationToken).ConfigureAwait(false) is { } revision)
            {
                yield return revision;
            }
        }
    }

    private sealed class Versions(string root, VersionPolicy policy, FileSourceOptions options) : FileLayout(root, options)
    {
        private const string ModelName = "model";
        private const int MaximumDepth = 16;
        private const int MostShown = 5;

        public override bool IsDeep => true;

        public override IReadOnlyList<string> Names(LinkTrail root)
        {
            SortedSet<string> names = new(VersionOrder.Ascending);
            foreach (string path in Directory.EnumerateFileSystemEntries(root.Place))
            {
                string entry = System.IO.Path.GetFileName(path);
                if (IsPassedOver(entry) || NameOf(root, entry) is not { } name)
                {
                    continue;
                }

                if (ResourceName.IsValid(name))
                {
                    names.Add(name);
                }
                else
                {
                    Tell(new InvalidNameException(name, "version").Message + $" '{Root}' has such a version; it is passed over.");
                }
            }

            return [.. names];
        }

        public override FoundVersion? Find(LinkTrail root, string name)
        {
            if (ModelIn(root, name) is { } model)
            {
                return FindFolder(root, name, model);
            }

            return Options.Endings.Select(e => FindFile(root, name, name + e)).FirstOrDefault(v => v is not null);
        }

        public override IReadOnlyList<string> Choose(IReadOnlyList<string> names, ModelDemand demand) => policy.Choose(names, demand);

        public override string? WhyNothing(LinkTrail root, ModelDemand demand)
        {
            IReadOnlyList<string> names = Names(root);
            if (names.Count > 0)
            {
                return Choose(names, demand).Count > 0 ? null
                    : $"the folder '{Root}' has {Some(names)} and none of the versions that Only(...) names, {Some(policy.Named)}; add one of these, or change the policy";
            }

            string[] entries = [.. Directory.EnumerateFileSystemEntries(root.Place).Select(e => System.IO.Path.GetFileName(e)).Where(e => !IsPassedOver(e)).Order(StringComparer.Ordinal)];
            string models = string.Join(" or ", Options.Endings.Select(e => $"'<version>/{ModelName}{e}'").Concat(Options.Endings.Select(e => $"'<version>{e}'")));
            return entries.Length == 0 ? $"the folder '{Root}' is empty; a version is {models} in it"
                : entries.Select(e => NameOf(root, e)).FirstOrDefault(n => n is not null) is { } bad ? $"the folder '{Root}' has no version: {new InvalidNameException(bad, "version").Message}"
                : $"the folder '{Root}' has {Some(entries)} and no model in it; a version is {models}";
        }

        public override string WhyNoFolder(LinkTrail root) => File.Exists(root.Place)
            ? $"'{Root}' is a file: use FromFile, or name the folder that holds the versions."
            : $"The folder '{Root}' is not there; make it, mount it or correct the path.";

        public override string? VersionOf(string name) => name;

        /// <summary>What may be served and is older than a version, newest first. A policy that names its versions offers all of them already.</summary>
        public IEnumerable<string> Older(LinkTrail root, string version) =>
            policy.Named.Count > 0 ? [] : Names(root).Where(n => VersionOrder.Ascending.Compare(n, version) < 0).Reverse();

        private static string Some(IReadOnlyList<string> names) =>
            string.Join(", ", names.Take(MostShown).Select(n => $"'{n}'")) + (names.Count > MostShown ? $" and {names.Count - MostShown} more" : string.Empty);

        private string? NameOf(LinkTrail root, string entry)
        {
            if (Directory.Exists(System.IO.Path.Join(root.Place, entry)))
            {
                return ModelIn(root, entry) is null ? null : entry;
            }

            string? ending = Options.Endings.FirstOrDefault(e => entry.Length > e.Length && entry.EndsWith(e, StringComparison.Ordinal));
            return ending is not null && IsFile(root, entry) ? entry[..^ending.Length] : null;
        }

        private string? ModelIn(LinkTrail root, string name)
        {
            if (!Directory.Exists(System.IO.Path.Join(root.Place, name)))
            {
                return null;
            }

            LinkTrail folder = root.To(name);
            return Options.Endings.Select(e => ModelName + e).FirstOrDefault(f => IsFile(folder, f));
        }

        private FoundVersion? FindFolder(LinkTrail root, string name, string model)
        {
            LinkTrail folder = root.To(name);
            if (!Options.AllowLinksOutside && !folder.IsInside(root))
            {
                return new FoundVersion(
                    name, [], folder.Folders,
                    $"guard: '{name}' is a link to '{folder.Place}', outside of '{root.Place}'; put it inside or set FileSourceOptions.AllowLinksOutside");
            }

            List<FoundFile> files = [];
            HashSet<string> folders = new(folder.Folders, StringComparer.Ordinal);
            try
            {
                if (!Collect(folder, string.Empty, model, files, folders, [folder.Place]))
                {
                    return new FoundVersion(
                        name, [], folders,
                        $"guard: the folder of '{name}' has more than {Options.MaximumFiles} files or {MaximumDepth} folders in each other; "
                        + "remove what is no part of the model");
                }
            }
            catch (DirectoryNotFoundException)
            {
                return null;
            }

            return files.Exists(f => f.Role == FileRole.Model) ? Checked(root, name, files, folders) : null;
        }

        /// <summary>Collects the files below a folder; false when there are too many. A link to a folder above is not followed in circles.</summary>
        private bool Collect(LinkTrail folder, string prefix, string model, List<FoundFile> files, HashSet<string> folders, HashSet<string> above)
        {
            folders.Add(folder.Place);
            foreach (string path in Directory.EnumerateFileSystemEntries(folder.Place))
            {
                string entry = System.IO.Path.GetFileName(path);
                if (IsPassedOver(entry))
                {
                    continue;
                }

                LinkTrail trail = folder.To(entry);
                if (File.Exists(trail.Place))
                {
                    files.Add(new FoundFile(prefix + entry, RoleOf(entry, prefix.Length == 0 && entry == model), trail));
                    if (files.Count > Options.MaximumFiles)
                    {
                        return false;
                    }
                }
                else if (Directory.Exists(trail.Place) && above.Add(trail.Place))
                {
                    folders.UnionWith(trail.Folders);
                    if (above.Count > MaximumDepth || !Collect(trail, $"{prefix}{entry}/", model, files, folders, above))
                    {
                        return false;
                    }

                    above.Remove(trail.Place);
                }
            }

            return true;
        }
    }
}
