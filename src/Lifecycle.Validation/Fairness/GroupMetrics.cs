namespace Lifecycle.Validation;

/// <summary>
/// Figures overall and by group with Fairlearn's definitions, but undefined, with a reason, where a group has nothing to divide by.
/// Groups stand in ordinal order; combinations of attributes that no row has are listed as undefined.
/// </summary>
public sealed partial class GroupMetrics
{
    private readonly GroupResult[] _groups;
    private readonly Lazy<int[][]>? _rows;
    private readonly Dictionary<string, int> _positions;

    private GroupMetrics(
        EvaluationSet? set, IReadOnlyList<string> by, Grouping? grouping, string[] keys, bool[] missing, ConfusionCounts[] cells, ConfusionCounts overall,
        IReadOnlyList<Metric> metrics, GroupOptions options)
    {
        Set = set;
        By = by;
        Metrics = metrics;
        Options = options;
        OverallCounts = overall;
        Overall = new GroupResult(this, "", false, overall, -1, set);
        _rows = grouping is null ? null : new Lazy<int[][]>(() => RowsOf(grouping));
        _groups = [.. keys.Select((k, g) => new GroupResult(this, k, missing[g], cells[g], g, null))];
        _positions = keys.Select((k, g) => (k, g)).ToDictionary(p => p.k, p => p.g, StringComparer.Ordinal);
    }

    /// <summary>The attributes that form the groups.</summary>
    public IReadOnlyList<string> By { get; }

    /// <summary>The metrics to be shown; any other can be asked for too.</summary>
    public IReadOnlyList<Metric> Metrics { get; }

    /// <summary>All rows together.</summary>
    public GroupResult Overall { get; }

    /// <summary>The groups, in ordinal order.</summary>
    public IReadOnlyList<GroupResult> Groups => _groups;

    /// <summary>How groups were formed and are read.</summary>
    public GroupOptions Options { get; }

    internal EvaluationSet? Set { get; }

    internal ConfusionCounts OverallCounts { get; }

    /// <summary>The group of this key.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists the first groups.</exception>
    public GroupResult this[string key] => _positions.TryGetValue(key, out int position)
        ? _groups[position]
        : throw new ArgumentException($"There is no group '{key}'. The groups are: {string.Join(", ", _groups.Take(20).Select(g => g.Key))}{(_groups.Length > 20 ? ", ..." : "")}.");

    /// <summary>A fairness figure over all groups whose rates are defined.</summary>
    public GroupAggregate this[FairnessMetric metric]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(metric);
            return metric.Of(this);
        }
    }

    /// <summary>A fairness figure over the groups that have enough rows, with bounds; the method of gates.</summary>
    /// <param name="metric">A definition that has bounds: see <see cref="FairnessMetric.WhyNotGated"/>.</param>
    /// <param name="confidence">Confidence of each bound, in (0.5, 1).</param>
    /// <returns>Undefined (<see cref="UndefinedReason.ZeroVariance"/>) when all decisions are equal.</returns>
    /// <exception cref="ArgumentException">The definition has no bounds, or its reference group is unknown.</exception>
    /// <exception cref="InvalidOperationException">The rows have weights.</exception>
    public Disparity Disparity(FairnessMetric metric, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(metric);
        if (metric is { ClassName: { } name, OfAllClasses: { } plain } && Set is not null && Set.Classes.Contains(name))
        {
            return Compute(Set.OneVersusRest(name), By, Options).Disparity(plain, confidence);
        }

        if (metric.ClassName is not null || (Set is { } set && !metric.Rates.All(r => r.IsFor(set.Kind))))
        {
            return new Disparity(metric, confidence) { Value = MetricValue.Undefined(UndefinedReason.MissingMetric) };
        }

        if (NothingVaries(metric))
        {
            return new Disparity(metric, confidence) { Value = MetricValue.Undefined(UndefinedReason.ZeroVariance) };
        }

        return confidence is > 0.5 and < 1
            ? Disparities.Of(this, Set is null ? metric : metric.On(Set.Kind), confidence)
            : throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0.5 and 1.");
    }

    /// <summary>Figures by the groups of one attribute.</summary>
    /// <exception cref="UnknownColumnException">The set has no such attribute.</exception>
    public static GroupMetrics Compute(EvaluationSet set, string by, params IReadOnlyList<Metric> metrics) => Compute(set, [by], new GroupOptions(), metrics);

    /// <summary>Figures by the groups that several attributes form together, for example <c>Asian|Female</c>.</summary>
    /// <exception cref="UnknownColumnException">The set has no such attribute.</exception>
    public static GroupMetrics Compute(EvaluationSet set, IReadOnlyList<string> by, params IReadOnlyList<Metric> metrics) =>
        Compute(set, by, new GroupOptions(), metrics);

    /// <summary>Figures by groups.</summary>
    /// <param name="set">The rows.</param>
    /// <param name="by">The attributes, in the order of the key.</param>
    /// <param name="options">How groups are formed and read.</param>
    /// <param name="metrics">What to show.</param>
    /// <exception cref="UnknownColumnException">The set has no such attribute.</exception>
    public static GroupMetrics Compute(EvaluationSet set, IReadOnlyList<string> by, GroupOptions options, params IReadOnlyList<Metric> metrics)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        set.EnsureLabelled();
        Grouping grouping = Grouping.Of(set, by, options.MaxGroups);
        if (options.Missing == MissingGroup.Drop && grouping.Missing.Contains(true))
        {
            set = set.Rows([.. Enumerable.Range(0, set.Count).Where(i => !grouping.Missing[grouping.Codes[i]])]);
            if (set.Count == 0)
            {
                throw new ArgumentException($"No row has a value of {string.Join(" and ", by)}.");
            }

            grouping = Grouping.Of(set, by, options.MaxGroups);
        }

        ConfusionCounts overall = ConfusionCounts.OfRows(set);
        if (options.Compat == FairnessCompat.Fairlearn)
        {
            grouping = grouping.Without(g => grouping.Missing[g]);
        }

        ConfusionCounts[] cells = CellCounter.Count(set, grouping.Codes, grouping.Keys.Length);
        return new GroupMetrics(set, [.. by], grouping, grouping.Keys, grouping.Missing, cells, overall, [.. metrics], options);
    }

    /// <summary>Figures by groups, once for each value of the control attributes (Fairlearn's control features).</summary>
    /// <param name="set">The rows.</param>
    /// <param name="by">The attributes that form the groups.</param>
    /// <param name="within">The control attributes.</param>
    /// <param name="options">How groups are formed and read.</param>
    /// <param name="metrics">What to show.</param>
    public static IReadOnlyDictionary<string, GroupMetrics> ComputeWithin(
        EvaluationSet set, IReadOnlyList<string> by, IReadOnlyList<string> within, GroupOptions options, params IReadOnlyList<Metric> metrics)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        Grouping control = Grouping.Of(set, within, options.MaxGroups);
        int[][] rows = RowsOf(control);
        SortedDictionary<string, GroupMetrics> parts = new(StringComparer.Ordinal);
        for (int c = 0; c < rows.Length; c++)
        {
            if (rows[c].Length > 0)
            {
                parts.Add(control.Keys[c], Compute(set.Rows(rows[c]), by, options, metrics));
            }
        }

        return parts;
    }

    /// <summary>The same from a table of counts; no rows are needed, and metrics of scores are undefined.</summary>
    /// <param name="names">Names of the groups.</param>
    /// <param name="trueNegatives">TN of each group.</param>
    /// <param name="falsePositives">FP of each group.</param>
    /// <param name="falseNegatives">FN of each group.</param>
    /// <param name="truePositives">TP of each group.</param>
    /// <param name="options">How groups are read.</param>
    /// <exception cref="ArgumentException">Lengths differ, a name stands twice, or a count is negative.</exception>
    public static GroupMetrics FromCounts(
        IReadOnlyList<string> names, IReadOnlyList<long> trueNegatives, IReadOnlyList<long> falsePositives,
        IReadOnlyList<long> falseNegatives, IReadOnlyList<long> truePositives, GroupOptions? options = null)
    {
        IReadOnlyList<long>[] columns = [trueNegatives, falsePositives, falseNegatives, truePositives];
        if (columns.Any(c => c.Count != names.Count))
        {
            throw new ArgumentException($"There are {names.Count} groups and {string.Join(", ", columns.Select(c => c.Count))} counts; all must be equal.");
        }

        if (columns.Any(c => c.Any(n => n < 0)) || names.Distinct(StringComparer.Ordinal).Count() != names.Count)
        {
            throw new ArgumentException("Counts must be at least 0 and names of groups must differ.");
        }

        string[] keys = [.. names];
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, order, StringComparer.Ordinal);
        ConfusionCounts[] cells = [.. order.Select(o => new ConfusionCounts(trueNegatives[o], falsePositives[o], falseNegatives[o], truePositives[o]))];
        return new GroupMetrics(
            null, ["group"], null, keys, new bool[keys.Length], cells, cells.Aggregate(default(ConfusionCounts), (a, b) => a + b), [], options ?? new GroupOptions());
    }

    internal int[]? RowsOf(int group) => _rows?.Value[group];

    /// <summary>Whether all decisions (for figures of labels: all labels) are equal, so that groups are alike because nothing was decided.</summary>
    internal bool NothingVaries(FairnessMetric metric)
    {
        bool isOfLabels = metric.Rates.All(r => r == Metric.BaseRate || r == Metric.MeanLabel);
        ConfusionCounts part = _groups.Where(TakesPart).Aggregate(default(ConfusionCounts), (sum, g) => sum + g.Counts);
        (double one, double other) = isOfLabels ? (part.Positives, part.Negatives) : (part.PredictedPositives, part.PredictedNegatives);
        return Set is null or { Kind: EvaluationKind.Binary } && metric.Rates.All(r => r.OfCounts is not null) && (one == 0 || other == 0);
    }

    private static int[][] RowsOf(Grouping grouping)
    {
        int[] sizes = new int[grouping.Keys.Length];
        foreach (int code in grouping.Codes)
        {
            if (code >= 0)
            {
                sizes[code]++;
            }
        }

        int[][] rows = Array.ConvertAll(sizes, s => new int[s]);
        Array.Clear(sizes);
        for (int i = 0; i < grouping.Codes.Length; i++)
        {
            int code = grouping.Codes[i];
            if (code >= 0)
            {
                rows[code][sizes[code]++] = i;
            }
        }

        return rows;
    }
}
