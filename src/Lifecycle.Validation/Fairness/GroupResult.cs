namespace Lifecycle.Validation;

/// <summary>The figures of one group, or of all rows together.</summary>
public sealed class GroupResult
{
    private readonly GroupMetrics _owner;
    private readonly int[]? _rows;
    private readonly Dictionary<string, MetricValue> _known = new(StringComparer.Ordinal);
    private EvaluationSet? _set;

    internal GroupResult(GroupMetrics owner, string key, bool isMissing, ConfusionCounts counts, int[]? rows, EvaluationSet? set)
    {
        _owner = owner;
        Key = key;
        IsMissing = isMissing;
        Counts = counts;
        _rows = rows;
        _set = set;
    }

    /// <summary>The value of the attribute, or values joined by <c>|</c>.</summary>
    public string Key { get; }

    /// <summary>Whether these are the rows without a value.</summary>
    public bool IsMissing { get; }

    /// <summary>Its rows by truth and decision.</summary>
    public ConfusionCounts Counts { get; }

    /// <summary>A figure of the group.</summary>
    public MetricValue this[Metric metric]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(metric);
            lock (_known)
            {
                if (metric.IsCustom || !_known.TryGetValue(metric.Name, out MetricValue value))
                {
                    value = Compute(metric);
                    _known[metric.Name] = value;
                }

                return value;
            }
        }
    }

    /// <summary>Numbers of the group's rows in the whole set; empty when only counts are known.</summary>
    internal int[] Members => _rows ?? [];

    /// <summary>The rows of the group; null when only counts are known.</summary>
    internal EvaluationSet? Rows()
    {
        lock (_known)
        {
            return _set ??= _owner.Set is not null && _rows is not null ? _owner.Set.Rows(_rows) : null;
        }
    }

    private MetricValue Compute(Metric metric)
    {
        bool needsRows = metric.OfCounts is null && metric != Metric.PredictedPositiveShare;
        MetricValue value = metric.Compute(new MetricRows(needsRows ? Rows() : null, _owner.Set, Counts, _owner.OverallCounts));
        return value.IsDefined || _owner.Options.Compat != FairnessCompat.Fairlearn ? value : AsFairlearn(metric, value);
    }

    private MetricValue AsFairlearn(Metric metric, MetricValue value)
    {
        if (metric.OfCounts is null || Counts.Total == 0)
        {
            return value;
        }

        if (metric == Metric.BalancedAccuracy)
        {
            // scikit-learn averages the recall of the classes that are there.
            return this[Counts.Positives > 0 ? Metric.TruePositiveRate : Metric.TrueNegativeRate];
        }

        return value.Reason is UndefinedReason.NonFinite ? value : MetricValue.Of(0);
    }
}
