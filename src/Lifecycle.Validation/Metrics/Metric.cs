namespace Lifecycle.Validation;

/// <summary>A figure of a model on rows whose truth is known: its name, its formula, when it is undefined, which way is better.</summary>
public sealed partial class Metric
{
    private readonly Func<MetricRows, MetricValue> _compute;

    private Metric(string name, string words, Direction direction, double minimum, double maximum, Func<MetricRows, MetricValue> compute)
    {
        Name = name;
        Words = words;
        Direction = direction;
        Minimum = minimum;
        Maximum = maximum;
        _compute = compute;
    }

    /// <summary>The name in code and reports, for example <c>TruePositiveRate</c>.</summary>
    public string Name { get; }

    /// <summary>What it measures in words; <c>{0}</c> stands for what a positive label means.</summary>
    public string Words { get; }

    /// <summary>Which way is better.</summary>
    public Direction Direction { get; }

    /// <summary>Least possible value.</summary>
    public double Minimum { get; }

    /// <summary>Greatest possible value.</summary>
    public double Maximum { get; }

    /// <summary>Whether it needs scores, not only decisions.</summary>
    public bool NeedsScores { get; private init; }

    /// <summary>Whether its scores must be probabilities.</summary>
    public bool NeedsProbabilities { get; private init; }

    /// <summary>Whether it is a share of rows that all count alike, so that Wilson's interval and the group bounds hold.</summary>
    public bool IsProportion => Share is not null;

    internal CountShare? Share { get; private init; }

    internal Func<ConfusionCounts, MetricValue>? OfCounts { get; private init; }

    /// <summary>Terms a row whose mean the metric is, over rows that take part; null when it is no mean.</summary>
    internal Func<EvaluationSet, double[]>? Terms { get; private init; }

    internal bool IsCustom { get; private init; }

    /// <summary>Computes the metric over all rows of a set; undefined (<see cref="UndefinedReason.MissingMetric"/>) when it cannot be had from such a set.</summary>
    /// <exception cref="InvalidOperationException">Rows have no label.</exception>
    /// <exception cref="ArgumentException">The metric needs probabilities and a score lies outside [0, 1].</exception>
    /// <exception cref="UnknownColumnException">The metric names an attribute that the set does not have.</exception>
    public MetricValue Compute(EvaluationSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        set.EnsureLabelled();
        return Compute(new MetricRows(set, set, ConfusionCounts.OfRows(set), null));
    }

    /// <summary>Computes the metric from counts; undefined (<see cref="UndefinedReason.MissingMetric"/>) when it needs rows.</summary>
    public MetricValue Compute(ConfusionCounts counts) => Compute(new MetricRows(null, null, counts, null));

    /// <summary>A metric of your own.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="direction">Which way is better.</param>
    /// <param name="compute">The figure for a set of rows, which may be one group; NaN becomes undefined.</param>
    public static Metric Custom(string name, Direction direction, Func<EvaluationSet, double> compute)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(compute);
        return new Metric(name, name, direction, double.NegativeInfinity, double.PositiveInfinity, rows =>
            rows.Set is null ? MetricValue.Undefined(UndefinedReason.MissingMetric) : MetricValue.Of(compute(rows.Set)))
        {
            IsCustom = true,
            Kinds = Everything,
        };
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    internal MetricValue Compute(in MetricRows rows)
    {
        if (rows.Set is { Count: 0 } || rows.Counts.Total == 0)
        {
            return Name == nameof(Count) ? MetricValue.Of(0) : MetricValue.Undefined(UndefinedReason.NoRows);
        }

        if (ClassName is not null)
        {
            return ComputeOneClass(rows);
        }

        EvaluationSet? all = rows.All ?? rows.Set;
        Metric? fit = On(all?.Kind ?? EvaluationKind.Binary);
        bool lacksRows = rows.Set is null && fit is { NeedsRows: true };
        if (fit is null || lacksRows || (fit.NeedsScores && rows.Set is not { HasScores: true }))
        {
            return MetricValue.Undefined(UndefinedReason.MissingMetric);
        }

        if (fit.NeedsProbabilities)
        {
            ScoreMetrics.EnsureProbabilities(this, rows.Set!);
        }

        return fit._compute(rows);
    }
}
