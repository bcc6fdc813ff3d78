namespace Lifecycle.Tracking;

/// <summary>Where a search of runs looks: experiments by row, and stages.</summary>
internal sealed record SearchScope(IReadOnlyList<long> Experiments, IReadOnlyList<long> Stages)
{
    public static IReadOnlyList<long> StagesOf(LifecycleView view) => view switch
    {
        LifecycleView.Active => [Stage.Active],
        LifecycleView.Deleted => [Stage.Deleted],
        _ => [Stage.Active, Stage.Deleted],
    };

    /// <summary>The condition by the run's row, alias <c>r</c>.</summary>
    public string Condition(SqlText sql, bool withExperiments) =>
        (withExperiments ? $"+r.experiment {sql.OneOf(Experiments)} AND " : "") + (Stages.Count == 2 ? "1" : $"+r.stage = {sql.Add(Stages[0])}");
}

/// <summary>Where a page ended: rank and value a key of the order, then start and id of its last run.</summary>
internal sealed record SearchPlace(IReadOnlyList<object> Values)
{
    public long Rank(int order) => (long)Values[2 * order];

    public object Value(int order) => Values[(2 * order) + 1];

    /// <summary>What is left of the place behind the first keys.</summary>
    public IReadOnlyList<object> From(int order) => [.. Values.Skip(2 * order)];

    public long Start => (long)Values[^2];

    public string Id => (string)Values[^1];
}

/// <summary>Which way a search went.</summary>
internal enum SearchPlan
{
    /// <summary>Whichever is cheapest.</summary>
    Auto,

    /// <summary>The rows of the rarest clause, the others tested by primary key, sorted.</summary>
    Ids,

    /// <summary>Along the index of the order, the clauses tested row by row.</summary>
    Walk,

    /// <summary>The clauses as sets of rows, the order along its index.</summary>
    Sets,
}
