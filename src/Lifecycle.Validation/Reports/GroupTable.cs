namespace Lifecycle.Validation;

/// <summary>Figures by group, as a report shows them.</summary>
/// <param name="By">The attributes.</param>
/// <param name="Metrics">Names of the metrics, the columns.</param>
/// <param name="Overall">All rows.</param>
/// <param name="Groups">The groups, in ordinal order.</param>
public sealed record GroupTable(IReadOnlyList<string> By, IReadOnlyList<string> Metrics, GroupRow Overall, IReadOnlyList<GroupRow> Groups)
{
    private static readonly Metric[] Usual = [Metric.BaseRate, Metric.SelectionRate, Metric.TruePositiveRate, Metric.FalsePositiveRate, Metric.Precision, Metric.Accuracy];

    internal static IReadOnlyList<GroupTable> Of(IEnumerable<FairRequirement> requirements, GateRun run)
    {
        List<GroupTable> tables = [];
        foreach (IGrouping<string, FairRequirement> same in requirements.GroupBy(r => Grouping.Key(r.Attributes), StringComparer.Ordinal))
        {
            FairRequirement first = same.First();
            Metric[] metrics = [.. Usual.Where(m => m.IsFor(run.Set.Kind)).Concat(same.SelectMany(r => r.Metric.Rates)).DistinctBy(m => m.Name)];
            if (Compute(first, run, metrics) is not { } groups)
            {
                continue;
            }

            tables.Add(new GroupTable(
                first.Attributes, [.. metrics.Select(m => m.Name)], Row(groups.Overall, metrics), [.. groups.Groups.Select(g => Row(g, metrics))]));
        }

        return tables;
    }

    /// <summary>Null when groups cannot be formed; the finding of the requirement says why.</summary>
    private static GroupMetrics? Compute(FairRequirement requirement, GateRun run, Metric[] metrics)
    {
        try
        {
            return GroupMetrics.Compute(run.Set, requirement.Attributes, run.GroupOptions(MissingGroup.Report, 0), metrics);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A figure that throws, for example because scores are no probabilities, is undefined in the table.</summary>
    private static MetricValue Value(GroupResult group, Metric metric)
    {
        try
        {
            return group[metric];
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return MetricValue.Undefined(UndefinedReason.Error);
        }
    }

    private static GroupRow Row(GroupResult group, Metric[] metrics) =>
        new(group.Key, group.Counts.Total, group.IsMissing, [.. metrics.Select(m => Value(group, m))]);
}

/// <summary>One line of a <see cref="GroupTable"/>.</summary>
/// <param name="Group">Key of the group; empty for all rows.</param>
/// <param name="Rows">Number of rows (sum of weights).</param>
/// <param name="IsMissing">Whether these are the rows without a value.</param>
/// <param name="Values">A value or reason for each metric of the table.</param>
public sealed record GroupRow(string Group, double Rows, bool IsMissing, IReadOnlyList<MetricValue> Values);
