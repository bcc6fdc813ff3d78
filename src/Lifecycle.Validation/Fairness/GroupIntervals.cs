namespace Lifecycle.Validation;

/// <summary>A figure with its bootstrap interval.</summary>
/// <param name="Value">The figure of the sample; undefined, with a reason, when it or its interval does not exist.</param>
/// <param name="Lower">Lower end; NaN when undefined.</param>
/// <param name="Upper">Upper end; NaN when undefined.</param>
public readonly record struct BootstrapFigure(MetricValue Value, double Lower, double Upper)
{
    /// <summary>Whether there is a figure with an interval.</summary>
    public bool IsDefined => Value.IsDefined;

    internal static BootstrapFigure Undefined(UndefinedReason reason) => new(MetricValue.Undefined(reason), double.NaN, double.NaN);
}

/// <summary>Bootstrap intervals of one metric: of all rows, of each group, and of figures over groups.</summary>
public sealed record GroupIntervals
{
    /// <summary>What an interval of the spread between groups is worth.</summary>
    public const string SpreadNote = "cannot show equality";

    /// <summary>The metric.</summary>
    public required Metric Metric { get; init; }

    /// <summary>All rows.</summary>
    public required BootstrapFigure Overall { get; init; }

    /// <summary>Each group by its key, in ordinal order.</summary>
    public required IReadOnlyDictionary<string, BootstrapFigure> Groups { get; init; }

    /// <summary>The least group value, over groups that have an interval.</summary>
    public required BootstrapFigure Minimum { get; init; }

    /// <summary>The greatest group value, over groups that have an interval.</summary>
    public required BootstrapFigure Maximum { get; init; }

    /// <summary>Greatest minus least group value by percentiles; null unless asked for. It <see cref="SpreadNote"/>.</summary>
    public BootstrapFigure? Difference { get; init; }

    /// <summary>Least over greatest group value by percentiles; null unless asked for. It <see cref="SpreadNote"/>.</summary>
    public BootstrapFigure? Ratio { get; init; }

    /// <summary>Groups left out of figures over groups, and why.</summary>
    public required IReadOnlyList<UnjudgedGroup> NotJudged { get; init; }
}
