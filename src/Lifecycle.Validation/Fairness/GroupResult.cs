namespace Lifecycle.Validation;

/// <summary>The figures of one group, or of all rows together.</summary>
public sealed class GroupResult
{
    private readonly GroupMetrics _owner;
    private readonly int _group;
    private readonly Dictionary<string, MetricValue> _known = new(StringComparer.Ordinal);
    private EvaluationSet? _set;

    internal GroupResult(GroupMetrics owner, string key, bool isMissing, ConfusionCounts counts, int group, EvaluationSet? set)
    {
        _owner = owner;
        Key = key;
        IsMissing = isMissing;
        Counts = counts;
        _group = group;
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
    internal int[] Members => (_group < 0 ? null : _owner.RowsOf(_group)) ?? [];

    /// <summary>The rows of the group; null when only counts are known.</summary>
    internal EvaluationSet? Rows()
    {
        lock (_known)
        {
            return _set ??= _owner.Set is { } all && _group >= 0 && _owner.RowsOf(_group) is { } members ? all.Rows(members) : null;
        }
    }

    private MetricValue Compute(Metric metric)
    {
        EvaluationSet? all = _owner.Set;
        bool needsRows = metric.ClassName is not null || metric.On(all?.Kind ?? EvaluationKind.Binary) is { NeedsRows: true };
        int[]? members = needsRows && _group >= 0 ? _owner.RowsOf(_group) : null;
        MetricValue value = metric.Compute(new MetricRows(needsRows ? Rows() : null, all, Counts, _group < 0 ? null : _owner.OverallCounts, members));
        return _owner.Options.Compat == FairnessCompat.None ? value : Compatibility.Read(_owner.Options.Compat, this, metric, value);
    }
}
