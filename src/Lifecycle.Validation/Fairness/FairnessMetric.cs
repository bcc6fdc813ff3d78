namespace Lifecycle.Validation;

/// <summary>How groups are compared.</summary>
public enum GroupComparison
{
    /// <summary>All pairs of groups.</summary>
    BetweenGroups,

    /// <summary>Each group against all rows.</summary>
    ToOverall,

    /// <summary>Each group against a reference group, signed.</summary>
    ToReference,
}

/// <summary>How several rates become one figure.</summary>
public enum Combine
{
    /// <summary>The worst of them: the greatest difference, the least ratio.</summary>
    Worst,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The mean of their absolute values.</summary>
    MeanOfAbsolutes,
}

/// <summary>A definition of fairness: which rates of the groups are compared, how, and on which scale.</summary>
public sealed partial class FairnessMetric
{
    private const string OverallSuffix = "ToOverall", MeanSuffix = "Mean";

    private FairnessMetric(string name, string words, bool isRatio, IReadOnlyList<Metric> rates)
    {
        Name = name;
        Words = words;
        IsRatio = isRatio;
        Rates = rates;
    }

    /// <summary>The name in code and reports, for example <c>EqualOpportunityDifference</c>.</summary>
    public string Name { get; private init; }

    /// <summary>What it asks for, in words.</summary>
    public string Words { get; private init; }

    /// <summary>Whether groups are divided (1 is fair) instead of subtracted (0 is fair).</summary>
    public bool IsRatio { get; }

    /// <summary>The rates it compares.</summary>
    public IReadOnlyList<Metric> Rates { get; }

    /// <summary>Who is compared with whom.</summary>
    public GroupComparison Comparison { get; private init; }

    /// <summary>How several rates become one figure.</summary>
    public Combine Combine { get; private init; }

    /// <summary>The reference group; null unless groups are compared with one.</summary>
    public string? Reference { get; private init; }

    /// <summary>The class it looks at, all others being the rest; null for all but those of <see cref="OfClass"/>.</summary>
    public string? ClassName { get; private init; }

    internal FairnessMetric? OfAllClasses { get; private init; }

    /// <summary>Why a gate cannot judge it, and what to use instead; null when it can.</summary>
    public string? WhyNotGated => this switch
    {
        { OfAllClasses: { } plain } => plain.WhyNotGated,
        { IsRatio: true, Comparison: GroupComparison.ToOverall } => $"{Name} has no bound; use the ratio between groups or the difference to overall.",
        { Combine: Combine.MeanOfAbsolutes } => $"{Name} has no bound; use EqualizedOddsDifference, or AverageOddsDifference of a reference.",
        { Combine: Combine.Mean, Comparison: not GroupComparison.ToReference } => $"{Name} has no bound; use the worst of its rates.",
        _ => WhyNoBound,
    };

    /// <summary>The same against all rows instead of between groups.</summary>
    public FairnessMetric ToOverall() => OfAllClasses is { } plain
        ? plain.ToOverall().OfClass(ClassName!)
        : new(Name + OverallSuffix, Words, IsRatio, Rates) { Comparison = GroupComparison.ToOverall, Combine = Combine };

    /// <summary>The same against one group.</summary>
    /// <param name="reference">Key of the reference group.</param>
    public FairnessMetric Against(string reference)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        return OfAllClasses is { } plain
            ? plain.Against(reference).OfClass(ClassName!)
            : new FairnessMetric(Comparison == GroupComparison.ToOverall ? Name[..^OverallSuffix.Length] : Name, Words, IsRatio, Rates)
            {
                Comparison = GroupComparison.ToReference,
                Combine = Combine,
                Reference = reference,
            };
    }

    /// <summary>The mean of its rates instead of the worst; shown only, no gate can judge it.</summary>
    public FairnessMetric Averaged() => OfAllClasses is { } plain
        ? plain.Averaged().OfClass(ClassName!)
        : new(Name + MeanSuffix, Words, IsRatio, Rates) { Comparison = Comparison, Combine = Combine.Mean, Reference = Reference };

    /// <summary>The same for one class against all others, on multiclass sets; named for example <c>EqualizedOddsDifference(cat)</c>.</summary>
    /// <param name="name">Name of the class.</param>
    /// <exception cref="InvalidOperationException">It is of a class already, or of a metric that is not one of counts.</exception>
    public FairnessMetric OfClass(string name) => new(MetricName.Of(Name, name), Words, IsRatio, [.. Rates.Select(r => r.OfClass(name))])
    {
        Comparison = Comparison,
        Combine = Combine,
        Reference = Reference,
        ClassName = name,
        OfAllClasses = this,
    };

    /// <summary>The form its rates take on sets of this kind, which all of them must be for.</summary>
    internal FairnessMetric On(EvaluationKind kind)
    {
        Metric[] rates = [.. Rates.Select(r => r.On(kind)!)];
        return rates.SequenceEqual(Rates)
            ? this
            : new FairnessMetric(Name, Words, IsRatio, rates) { Comparison = Comparison, Combine = Combine, Reference = Reference };
    }

    /// <summary>The figure, over all groups whose rates are defined.</summary>
    public GroupAggregate Of(GroupMetrics groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (Combine != Combine.Worst && Comparison == GroupComparison.ToReference)
        {
            return AverageAgainstReference(groups);
        }

        GroupAggregate[] parts = [.. Rates.Select(rate => Of(groups, rate))];
        UnjudgedGroup[] left = [.. parts.SelectMany(p => p.NotJudged)];
        if (Array.Find(parts, p => !p.IsDefined) is { } undefined)
        {
            return undefined with { NotJudged = left };
        }

        if (Combine == Combine.Mean)
        {
            return new GroupAggregate(MetricValue.Of(parts.Average(p => p.Value)), null, null, left);
        }

        GroupAggregate worst = IsRatio ? parts.MinBy(p => Math.Min(p.Value, 1 / p.Value))! : parts.MaxBy(p => Math.Abs(p.Value))!;
        return worst with { NotJudged = left };
    }

    /// <summary>The name.</summary>
    public override string ToString() => Reference is null ? Name : $"{Name}({Reference})";

    private GroupAggregate Of(GroupMetrics groups, Metric rate) => (Comparison, IsRatio) switch
    {
        (GroupComparison.ToOverall, false) => groups.DifferenceToOverall(rate),
        (GroupComparison.ToOverall, true) => groups.RatioToOverall(rate),
        (GroupComparison.ToReference, false) => groups.DifferenceToReference(rate, Reference!),
        (GroupComparison.ToReference, true) => groups.RatioToReference(rate, Reference!),
        (_, false) => groups.Difference(rate),
        _ => groups.Ratio(rate),
    };

    private GroupAggregate AverageAgainstReference(GroupMetrics groups)
    {
        GroupAggregate[] firsts = [.. Rates.Select(rate => groups.Minimum(rate))];
        UnjudgedGroup[] left = [.. firsts.SelectMany(p => p.NotJudged)];
        GroupResult reference = groups[Reference!];
        if (Rates.Select(r => reference[r]).FirstOrDefault(v => !v.IsDefined, MetricValue.Of(0)) is { IsDefined: false } missing)
        {
            return new GroupAggregate(missing, null, Reference, left);
        }

        var averages = groups.Groups
            .Where(g => g.Key != Reference && (!g.IsMissing || groups.Options.Missing == MissingGroup.Judge) && Rates.All(r => g[r].IsDefined))
            .Select(g => (g.Key, Value: Rates.Average(r => Signed(g[r].Value - reference[r].Value)))).ToList();
        if (averages.Count == 0)
        {
            return new GroupAggregate(MetricValue.Undefined(UndefinedReason.TooFewGroups), null, Reference, left);
        }

        (string key, double value) = averages.MaxBy(a => Math.Abs(a.Value));
        return new GroupAggregate(MetricValue.Of(value), key, Reference, left);
    }

    private double Signed(double difference) => Combine == Combine.MeanOfAbsolutes ? Math.Abs(difference) : difference;
}
