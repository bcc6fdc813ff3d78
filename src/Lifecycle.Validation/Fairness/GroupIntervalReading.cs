namespace Lifecycle.Validation;

/// <summary>Reads intervals from the replicates of a metric.</summary>
internal sealed class GroupIntervalReading(GroupMetrics groups, Metric metric, GroupReplicates replicates, BootstrapOptions options)
{
    public GroupIntervals Read()
    {
        BootstrapFigure[] series = new BootstrapFigure[replicates.Points.Length];
        for (int s = 0; s < series.Length; s++)
        {
            series[s] = Series(s);
        }

        List<int> judged = [];
        List<UnjudgedGroup> left = [];
        for (int s = 1; s < series.Length; s++)
        {
            GroupResult group = groups.Groups[s - 1];
            if (group.IsMissing && groups.Options.Missing != MissingGroup.Judge)
            {
                continue;
            }

            if (series[s].IsDefined)
            {
                judged.Add(s);
            }
            else
            {
                left.Add(new UnjudgedGroup(group.Key, metric.Name, series[s].Value.Reason!.Value, group.Counts.Total));
            }
        }

        return new GroupIntervals
        {
            Metric = metric,
            Overall = series[0],
            Groups = new SortedDictionary<string, BootstrapFigure>(
                groups.Groups.Select((g, i) => KeyValuePair.Create(g.Key, series[i + 1])).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
            Minimum = Extreme(judged, isGreatest: false),
            Maximum = Extreme(judged, isGreatest: true),
            Difference = options.WithSpread ? Spread(judged, (least, most) => MetricValue.Of(most - least)) : null,
            Ratio = options.WithSpread ? Spread(judged, (least, most) => MetricValue.Quotient(least, most, UndefinedReason.ZeroBaseline)) : null,
            NotJudged = left,
        };
    }

    private BootstrapFigure Series(int s)
    {
        MetricValue point = replicates.Points[s];
        return point.IsDefined
            ? Figure(point, replicates.Drawn[s], options.Interval, () => replicates.Acceleration(s))
            : BootstrapFigure.Undefined(point.Reason!.Value);
    }

    private BootstrapFigure Extreme(List<int> judged, bool isGreatest)
    {
        if (judged.Count == 0)
        {
            return BootstrapFigure.Undefined(UndefinedReason.TooFewGroups);
        }

        int[] series = [.. judged];
        double[] drawn = Over(series, isGreatest);
        double point = isGreatest ? series.Max(s => replicates.Points[s].Value) : series.Min(s => replicates.Points[s].Value);
        return Figure(MetricValue.Of(point), drawn, options.Interval, () => replicates.Acceleration(series, isGreatest));
    }

    private BootstrapFigure Spread(List<int> judged, Func<double, double, MetricValue> spread)
    {
        if (judged.Count < 2)
        {
            return BootstrapFigure.Undefined(UndefinedReason.TooFewGroups);
        }

        int[] series = [.. judged];
        double[] least = Over(series, isGreatest: false), most = Over(series, isGreatest: true);
        MetricValue point = spread(series.Min(s => replicates.Points[s].Value), series.Max(s => replicates.Points[s].Value));
        return point.IsDefined
            ? Figure(point, [.. least.Select((l, i) => double.IsNaN(l) ? l : spread(l, most[i]).Or(double.NaN))], BootstrapInterval.Percentile, () => 0)
            : BootstrapFigure.Undefined(point.Reason!.Value);
    }

    /// <summary>The least or greatest value of each replicate over the groups that have one.</summary>
    private double[] Over(int[] series, bool isGreatest)
    {
        double[] extremes = (double[])replicates.Drawn[series[0]].Clone();
        foreach (int s in series.AsSpan(1))
        {
            double[] drawn = replicates.Drawn[s];
            for (int i = 0; i < extremes.Length; i++)
            {
                bool isBeyond = isGreatest ? drawn[i] > extremes[i] : drawn[i] < extremes[i];
                extremes[i] = isBeyond || double.IsNaN(extremes[i]) ? drawn[i] : extremes[i];
            }
        }

        return extremes;
    }

    private BootstrapFigure Figure(MetricValue point, double[] drawn, BootstrapInterval kind, Func<double> acceleration) =>
        IntervalReading.Of(point, drawn, kind, options.Confidence, acceleration);
}
