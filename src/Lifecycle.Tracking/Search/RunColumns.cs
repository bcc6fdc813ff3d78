namespace Lifecycle.Tracking;

/// <summary>What a search reads of each run. Fewer columns make a page cheaper: <see cref="Info"/> alone costs a small part of <see cref="All"/>.</summary>
public sealed record RunColumns
{
    private static readonly IReadOnlyList<string> None = [];

    private RunColumns()
    {
    }

    /// <summary>Everything.</summary>
    public static RunColumns All { get; } = new() { Metrics = null, Params = null, Tags = null, Inputs = true };

    /// <summary>Id, name, experiment, status, user and times; metrics, params, tags and inputs stay empty.</summary>
    public static RunColumns Info { get; } = new();

    internal IReadOnlyList<string>? Metrics { get; private init; } = None;

    internal IReadOnlyList<string>? Params { get; private init; } = None;

    internal IReadOnlyList<string>? Tags { get; private init; } = None;

    internal bool Inputs { get; private init; }

    /// <summary>Also the latest metrics: all of them, or those with these keys.</summary>
    public RunColumns WithMetrics(params IReadOnlyList<string> keys) => this with { Metrics = Named(keys) };

    /// <summary>Also the params: all of them, or those with these keys.</summary>
    public RunColumns WithParams(params IReadOnlyList<string> keys) => this with { Params = Named(keys) };

    /// <summary>Also the tags: all of them, or those with these keys.</summary>
    public RunColumns WithTags(params IReadOnlyList<string> keys) => this with { Tags = Named(keys) };

    /// <summary>Also the data it used.</summary>
    public RunColumns WithInputs() => this with { Inputs = true };

    private static string[]? Named(IReadOnlyList<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return keys.Count == 0 ? null : [.. keys];
    }
}
