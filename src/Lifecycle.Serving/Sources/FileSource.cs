namespace Lifecycle.Serving;

/// <summary>
/// A model in one file. Its version is the first 12 hex digits of the file's digest, and is also called <see cref="ModelOffer.Latest"/>; a change is
/// another digest.
/// Beside the file may lie <c>&lt;file&gt;.sha256</c> (<c>&lt;64 hex&gt;  &lt;name&gt;</c>, as <c>sha256sum</c> writes), the digest that it must have,
/// and <c>&lt;file&gt;.golden.jsonl</c>, its golden examples. A file that is deleted goes on serving until there is another.
/// </summary>
public sealed class FileSource : IModelSource
{
    private readonly OneFile _layout;
    private readonly TimeProvider _time;

    /// <summary>Makes a source.</summary>
    /// <param name="path">The file. Its folder may be reached over links; links in the folder must not lead out of it.</param>
    /// <param name="options">How it is looked at; null means the defaults.</param>
    /// <param name="time">The clock of the looks; null means the system's.</param>
    /// <exception cref="ArgumentException">The path names no local file, or an option is out of range.</exception>
    public FileSource(string path, FileSourceOptions? options = null, TimeProvider? time = null)
    {
        Path = LocalPath.Of(path);
        string folder = System.IO.Path.GetDirectoryName(Path)
            ?? throw new ArgumentException($"'{path}' names no file; name the model file itself.", nameof(path));
        _layout = new OneFile(folder, System.IO.Path.GetFileName(Path), (options ?? new FileSourceOptions()).Validated());
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(demand);
        return FileFollow.RunAsync(_layout, demand, _time, cancellationToken);
    }

    private sealed class OneFile(string root, string file, FileSourceOptions options) : FileLayout(root, options)
    {
        public override bool IsDeep => false;

        public override IReadOnlyList<string> Names(LinkTrail root) => IsFile(root, file) ? [file] : [];

        public override FoundVersion? Find(LinkTrail root, string name) => FindFile(root, name, file);

        public override IReadOnlyList<string> Choose(IReadOnlyList<string> names, ModelDemand demand) => names;

        public override string? WhyNothing(LinkTrail root, ModelDemand demand)
        {
            string path = System.IO.Path.Join(Root, file), place = root.To(file).Place;
            return Directory.Exists(place) ? $"'{path}' is a folder: use FromFolder, or name the model file in it"
                : File.Exists(place) ? null
                : place == System.IO.Path.Join(root.Place, file) ? $"there is no file '{path}'; write it there, or correct the path"
                : $"'{path}' is a link to '{place}', where there is no file; write it there, or mend the link";
        }

        public override string WhyNoFolder(LinkTrail root)
        {
            string path = System.IO.Path.Join(Root, file);
            return File.Exists(root.Place)
                ? $"There is no file '{path}': '{Root}' is a file itself; correct the path."
                : $"There is no file '{path}': its folder is not there; make it, mount it or correct the path.";
        }

        public override string? VersionOf(string name) => null;
    }
}
