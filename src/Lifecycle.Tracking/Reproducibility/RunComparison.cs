using System.Text;

namespace Lifecycle.Tracking;

/// <summary>One thing in which two runs differ.</summary>
/// <param name="Name">What: a path, a package, a param, ...</param>
/// <param name="First">How it is in the first run; null when it is not there. A file of the source code that is not there is as it was committed.</param>
/// <param name="Second">How it is in the second run, likewise.</param>
public sealed record RunDifference(string Name, string? First, string? Second)
{
    /// <summary><c>name: first -> second</c>.</summary>
    public override string ToString() => $"{Name}: {Show(First)} -> {Show(Second)}";

    private static string Show(string? value) => value is null ? "(none)" : value.Length <= 80 ? value : value[..80] + "…";
}

/// <summary>In what two runs differ, in groups, each in ordinal order of the names.</summary>
public sealed record RunComparison
{
    /// <summary>The first run.</summary>
    public required RunRecord First { get; init; }

    /// <summary>The second run.</summary>
    public required RunRecord Second { get; init; }

    /// <summary><c>commit</c>, <c>branch</c>, <c>repository</c>, and every changed file by its path with the digest of its content, untracked files by name.</summary>
    public required IReadOnlyList<RunDifference> Code { get; init; }

    /// <summary>
    /// Packages by name with their versions, then loaded assemblies. An assembly counts when both runs had loaded it and no package of its name differs already; what
    /// follows a <c>+</c> in its version does not count: the commit is told under <see cref="Code"/>.
    /// </summary>
    public required IReadOnlyList<RunDifference> Packages { get; init; }

    /// <summary>Data by name and context with its digest.</summary>
    public required IReadOnlyList<RunDifference> Data { get; init; }

    /// <summary>Params by key.</summary>
    public required IReadOnlyList<RunDifference> Params { get; init; }

    /// <summary>Facts of <see cref="EnvironmentRecord.Host"/>, and <c>seed</c>: the tag <c>lifecycle.seed</c>.</summary>
    public required IReadOnlyList<RunDifference> Host { get; init; }

    /// <summary>Environment variables by name, and <c>arguments</c>.</summary>
    public required IReadOnlyList<RunDifference> Environment { get; init; }

    /// <summary>What could not be compared, one sentence each: a run without environment record, a work tree that could not be read whole.</summary>
    public required IReadOnlyList<string> Gaps { get; init; }

    /// <summary>Whether nothing differs. What could not be compared does not count.</summary>
    public bool IsSame => Groups().All(g => g.Differences.Count == 0);

    /// <summary>The differences by group, for people.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        int count = Groups().Sum(g => g.Differences.Count);
        string counted = count == 0 ? "no difference" : count == 1 ? "1 difference" : $"{count} differences";
        text.Append($"{First.Name} ({First.Id}) and {Second.Name} ({Second.Id}): {counted}\n");
        foreach ((string name, IReadOnlyList<RunDifference> differences) in Groups().Where(g => g.Differences.Count > 0))
        {
            text.Append(name).Append('\n');
            foreach (RunDifference difference in differences)
            {
                text.Append("  ").Append(difference).Append('\n');
            }
        }

        foreach (string gap in Gaps)
        {
            text.Append("not compared: ").Append(gap).Append('\n');
        }

        return text.ToString();
    }

    private IEnumerable<(string Name, IReadOnlyList<RunDifference> Differences)> Groups() =>
        [("code", Code), ("packages", Packages), ("data", Data), ("params", Params), ("host", Host), ("environment", Environment)];

    internal static RunComparison Of(RunRecord first, EnvironmentRecord? firstMade, RunRecord second, EnvironmentRecord? secondMade)
    {
        bool isMade = firstMade is not null && secondMade is not null;
        List<RunDifference> packages = isMade ? Differences(Versions(firstMade!.Packages), Versions(secondMade!.Packages)) : [];
        return new RunComparison
        {
            First = first,
            Second = second,
            Code = Differences(CodeOf(first, firstMade), CodeOf(second, secondMade)),
            Packages = isMade ? [.. packages, .. AssembliesOf(firstMade!, secondMade!, packages)] : packages,
            Data = Differences(DataOf(first), DataOf(second)),
            Params = Differences(first.Params, second.Params),
            Host = Differences(HostOf(first, isMade ? firstMade : null), HostOf(second, isMade ? secondMade : null)),
            Environment = isMade ? Differences(VariablesOf(firstMade!), VariablesOf(secondMade!)) : [],
            Gaps = [.. GapsOf(first, firstMade), .. GapsOf(second, secondMade)],
        };
    }

    private static List<RunDifference> Differences(IReadOnlyDictionary<string, string> first, IReadOnlyDictionary<string, string> second) =>
    [
        .. first.Keys.Union(second.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(k => new RunDifference(k, first.GetValueOrDefault(k), second.GetValueOrDefault(k)))
            .Where(d => !string.Equals(d.First, d.Second, StringComparison.Ordinal)),
    ];

    private static Dictionary<string, string> CodeOf(RunRecord run, EnvironmentRecord? made)
    {
        Dictionary<string, string> code = new(StringComparer.Ordinal);
        Add("commit", run.Tags.GetValueOrDefault(EnvironmentCapture.CommitTag) ?? made?.Code?.Commit);
        Add("branch", run.Tags.GetValueOrDefault(EnvironmentCapture.BranchTag) ?? made?.Code?.Branch);
        Add("repository", run.Tags.GetValueOrDefault(EnvironmentCapture.RepositoryTag) ?? made?.Code?.Repository);
        foreach (ChangedFile file in made?.Code?.Changed ?? [])
        {
            code[file.Path] = file.Digest?.ToString()
                ?? (file.Size is { } size ? $"{size} bytes" : file.Status.Contains('D', StringComparison.Ordinal) ? "deleted" : "changed");
        }

        foreach (string path in made?.Code?.Untracked ?? [])
        {
            code[path] = "untracked";
        }

        return code;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                code[name] = value;
            }
        }
    }

    private static Dictionary<string, string> Versions(IReadOnlyList<PackageVersion> packages) =>
        packages.GroupBy(p => p.Name, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => string.Join(", ", g.Select(p => p.Version)), StringComparer.Ordinal);

    private static IEnumerable<RunDifference> AssembliesOf(EnvironmentRecord first, EnvironmentRecord second, List<RunDifference> packages)
    {
        HashSet<string> told = new(packages.Select(p => p.Name), StringComparer.OrdinalIgnoreCase);
        return first.Assemblies.Keys.Where(n => second.Assemblies.ContainsKey(n) && !told.Contains(n)).Order(StringComparer.Ordinal)
            .Select(n => new RunDifference(n, Release(first.Assemblies[n]), Release(second.Assemblies[n])))
            .Where(d => !string.Equals(d.First, d.Second, StringComparison.Ordinal));
    }

    private static string Release(string version) => version.Split('+', 2)[0];

    private static Dictionary<string, string> DataOf(RunRecord run) =>
        run.Inputs.GroupBy(i => i.Context.Length == 0 ? i.Dataset.Name : $"{i.Dataset.Name} ({i.Context})", StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => string.Join(", ", g.Select(i => i.Dataset.Digest).Order(StringComparer.Ordinal)), StringComparer.Ordinal);

    private static Dictionary<string, string> HostOf(RunRecord run, EnvironmentRecord? made)
    {
        Dictionary<string, string> host = new(made?.Host ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        if (run.Tags.TryGetValue("lifecycle.seed", out string? seed))
        {
            host["seed"] = seed;
        }

        return host;
    }

    private static Dictionary<string, string> VariablesOf(EnvironmentRecord made) =>
        new(made.Variables, StringComparer.Ordinal) { ["arguments"] = string.Join(' ', made.Arguments) };

    private static IEnumerable<string> GapsOf(RunRecord run, EnvironmentRecord? made) =>
        made is null ? [$"the run {run.Id} has no {EnvironmentRecord.ArtifactName}"]
        : made.Code?.Unknown is { } why ? [$"the work tree of the run {run.Id} was not read whole: {why}"] : [];
}
