namespace Lifecycle.Serving;

/// <summary>Where in a folder the versions lie, and which of them are wanted.</summary>
internal abstract class FileLayout(string root, FileSourceOptions options)
{
    private const string GoldenFile = "golden.jsonl";
    private const string SumEnding = ".sha256";
    private const int MaximumTold = 1_000;

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>The folder; it may be a link.</summary>
    public string Root => root;

    /// <summary>How the files are looked at.</summary>
    public FileSourceOptions Options => options;

    /// <summary>Whether folders in the folder matter.</summary>
    public abstract bool IsDeep { get; }

    /// <summary>All versions that have a model, oldest first.</summary>
    public abstract IReadOnlyList<string> Names(LinkTrail root);

    /// <summary>The files of a version; null when it is gone.</summary>
    public abstract FoundVersion? Find(LinkTrail root, string name);

    /// <summary>Those that are wanted, oldest first.</summary>
    /// <param name="names">Oldest first.</param>
    /// <param name="demand">What the host wants.</param>
    public abstract IReadOnlyList<string> Choose(IReadOnlyList<string> names, ModelDemand demand);

    /// <summary>What is the matter when nothing is offered, and what to do; null when what is wanted is there and only needs to be read.</summary>
    public abstract string? WhyNothing(LinkTrail root, ModelDemand demand);

    /// <summary>Why there is no folder in the folder's place, and what to do.</summary>
    public abstract string WhyNoFolder(LinkTrail root);

    /// <summary>What the version is called; null means by its digest.</summary>
    public abstract string? VersionOf(string name);

    /// <summary>Tells the user once.</summary>
    public void Tell(string problem)
    {
        lock (_lock)
        {
            if (_told.Count >= MaximumTold || !_told.Add(problem))
            {
                return;
            }
        }

        options.Problem?.Invoke(problem);
    }

    /// <summary>A model of one file, with what lies beside it under its name.</summary>
    protected FoundVersion? FindFile(LinkTrail root, string name, string file)
    {
        if (!IsFile(root, file))
        {
            return null;
        }

        List<FoundFile> files = [new(file, FileRole.Model, root.To(file))];
        if (IsFile(root, file + SumEnding))
        {
            files.Add(new FoundFile(file + SumEnding, FileRole.Sum, root.To(file + SumEnding)));
        }

        if (IsFile(root, $"{file}.{GoldenFile}"))
        {
            files.Add(new FoundFile(GoldenFile, FileRole.Part, root.To($"{file}.{GoldenFile}")));
        }

        return Checked(root, name, files, []);
    }

    /// <summary>A version whose links stay inside, or one that is refused.</summary>
    protected FoundVersion Checked(LinkTrail root, string name, List<FoundFile> files, IEnumerable<string> folders)
    {
        files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        HashSet<string> watched = new(folders, StringComparer.Ordinal);
        foreach (FoundFile file in files)
        {
            watched.UnionWith(file.Trail.Folders);
            if (!options.AllowLinksOutside && !file.Trail.IsInside(root))
            {
                return new FoundVersion(
                    name, [], watched,
                    $"guard: '{file.Path}' of '{name}' is a link to '{file.Trail.Place}', outside of '{root.Place}'; "
                    + "put it inside or set FileSourceOptions.AllowLinksOutside");
            }

            watched.Add(Path.GetDirectoryName(file.Trail.Place)!);
        }

        return new FoundVersion(name, files, watched);
    }

    /// <summary>Whether a name leads to a file; a link to nothing does not, and of a circle the look itself complains.</summary>
    protected static bool IsFile(LinkTrail folder, string name)
    {
        try
        {
            return File.Exists(folder.To(name).Place);
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>What a file in a version's folder is by its name.</summary>
    protected static FileRole RoleOf(string path, bool isModel) =>
        isModel ? FileRole.Model : path.EndsWith(SumEnding, StringComparison.Ordinal) ? FileRole.Sum : FileRole.Part;

    /// <summary>Whether a name is that of something hidden or not yet finished.</summary>
    protected static bool IsPassedOver(ReadOnlySpan<char> name) =>
        name.StartsWith('.') || name.StartsWith('~') || name.EndsWith('~')
        || name.EndsWith(".tmp", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".part", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".partial", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".swp", StringComparison.OrdinalIgnoreCase);
}
