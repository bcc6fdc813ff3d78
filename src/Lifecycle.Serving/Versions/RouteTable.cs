namespace Lifecycle.Serving;

/// <summary>Which version answers whom. Immutable; published by one volatile write.</summary>
internal sealed class RouteTable
{
    private readonly RouteArm?[] _arms;
    private readonly byte[] _buckets;
    private readonly Dictionary<string, RouteArm> _named;

    private RouteTable(RouteArm?[] arms, byte[] buckets, Dictionary<string, RouteArm> named, IReadOnlyList<ServedVersion> versions)
    {
        _arms = arms;
        _buckets = buckets;
        _named = named;
        Versions = versions;
    }

    /// <summary>Nothing answers, for a reason.</summary>
    public static RouteTable Closed(RouteClosing why) => new([], [], [], []) { Closing = why };

    /// <summary>The arm of all calls without a version of their own; null when several share them or none is ready.</summary>
    public RouteArm? Only { get; private init; }

    /// <summary>The arm that answers when nobody says otherwise: the first that is ready.</summary>
    public RouteArm? Primary { get; private init; }

    /// <summary>Who gets copies; null when nobody does or it is not ready.</summary>
    public RouteArm? Shadow { get; private init; }

    /// <summary>Share of the calls that is copied.</summary>
    public double ShadowSample { get; private init; }

    /// <summary>All versions that may be asked for, oldest first.</summary>
    public IReadOnlyList<ServedVersion> Versions { get; }

    /// <summary>The versions that get calls without a version of their own.</summary>
    public IEnumerable<ServedVersion> Answering => Closing != RouteClosing.None ? []
        : Only is { } only ? [only.Version]
        : _arms.OfType<RouteArm>().Where(a => a.Weight > 0).Select(a => a.Version);

    /// <summary>Why nothing answers, whatever is loaded.</summary>
    public RouteClosing Closing { get; private init; }

    /// <summary>The reason of the stop, in the words of who stopped.</summary>
    public string? StopReason { get; private init; }

    /// <summary>Answers while the model is stopped; null when nothing does.</summary>
    public RouteArm? Fallback { get; private init; }

    /// <summary>Makes the table of a deployment.</summary>
    /// <param name="deployment">Arms, weights, shadow and stop.</param>
    /// <param name="current">The version of each name that is ready.</param>
    /// <param name="versions">All that are ready, oldest first.</param>
    /// <param name="fallback">Answers while stopped; null when nothing does.</param>
    public static RouteTable Of(
        Deployment deployment, IReadOnlyDictionary<string, ServedVersion> current, IReadOnlyList<ServedVersion> versions, ServedVersion? fallback)
    {
        RouteArm?[] arms = [.. deployment.Arms.Select(a => current.TryGetValue(a.Name, out ServedVersion? version) ? new RouteArm(a.Name, version, a.Weight) : null)];
        int first = Array.FindIndex(arms, a => a is { Weight: > 0 });
        first = first >= 0 ? first : Array.FindIndex(arms, a => a is not null);
        RouteArm? primary = null;
        if (first >= 0)
        {
            // What a missing arm would have answered goes to the first that is ready, and counts as its share.
            int missing = deployment.Arms.Where((_, i) => arms[i] is null).Sum(a => a.Weight);
            primary = arms[first] = new RouteArm(arms[first]!.Name, arms[first]!.Version, arms[first]!.Weight + missing);
        }

        Dictionary<string, RouteArm> named = new(StringComparer.Ordinal);
        foreach (ServedVersion version in versions)
        {
            named[version.Version] = new RouteArm(version.Version, version, TrafficSplit.Buckets);
        }

        foreach ((string name, ServedVersion version) in current)
        {
            named[name] = new RouteArm(name, version, TrafficSplit.Buckets);
        }

        int sharing = arms.Where(a => a is { Weight: > 0 }).Distinct().Count();
        return new RouteTable([.. arms.Select(a => a ?? primary)], deployment.Table.ToArray(), named, versions)
        {
            Primary = primary,
            Only = deployment.IsStopped || sharing > 1 ? null : primary,
            Shadow = deployment.Shadow is { } shadow && current.TryGetValue(shadow.Name, out ServedVersion? shadowed)
                ? new RouteArm(shadow.Name, shadowed, 0)
                : null,
            ShadowSample = deployment.Shadow?.Sample ?? 0,
            Closing = deployment.IsStopped ? RouteClosing.Stopped : primary is null && versions.Count == 0 ? RouteClosing.NotReady : RouteClosing.None,
            StopReason = deployment.StopReason,
            Fallback = deployment.IsStopped && fallback is not null ? new RouteArm("fallback", fallback, TrafficSplit.Buckets) : null,
        };
    }

    /// <summary>The arm of a bucket.</summary>
    public RouteArm? At(int bucket) => _arms.Length == 0 ? null : _arms[_buckets[bucket]];

    /// <summary>The arm of an alias or version that the caller names; null when it is not loaded.</summary>
    public RouteArm? Find(string name) => _named.GetValueOrDefault(name);
}

/// <summary>A version that is ready, under the name by which it is reached.</summary>
/// <param name="name">Alias or version.</param>
/// <param name="version">Answers.</param>
/// <param name="weight">Its share in 1/100 percent.</param>
internal sealed class RouteArm(string name, ServedVersion version, int weight)
{
    public readonly string Name = name;

    public readonly ServedVersion Version = version;

    public readonly int Weight = weight;

    /// <summary>Its share of the traffic, 0 to 1.</summary>
    public readonly double Propensity = weight / (double)TrafficSplit.Buckets;

    /// <summary>So many of its tags name model and version.</summary>
    public const int VersionTags = 2;

    private static readonly string[] Roles = ["primary", "shadow", "fallback"];

    private readonly KeyValuePair<string, object?>[]?[] _tags = new KeyValuePair<string, object?>[]?[Roles.Length];

    /// <summary>What a measurement of its calls is tagged with; made once, as every call asks for it.</summary>
    /// <param name="model">Always the same.</param>
    /// <param name="role">In which the version answers.</param>
    public KeyValuePair<string, object?>[] Tags(string model, InferenceRole role) => _tags[(int)role] ??=
    [
        new("lifecycle.model.name", model), new("lifecycle.model.version", Version.Version), new("lifecycle.serving.arm", Name),
        new("lifecycle.serving.role", Roles[(int)role]),
    ];
}

/// <summary>Why nothing answers.</summary>
internal enum RouteClosing
{
    /// <summary>Something does.</summary>
    None,

    /// <summary>No version is ready yet.</summary>
    NotReady,

    /// <summary>The deployment says stop.</summary>
    Stopped,

    /// <summary>This process was told to unload the model.</summary>
    Unloaded,

    /// <summary>The host was disposed.</summary>
    Disposed,
}
