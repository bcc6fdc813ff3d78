using FsCheck.Xunit;

namespace Lifecycle.Validation.Tests.Fairness;

/// <summary>Groups of up to three attributes, weighted and not, against plain queries over the rows.</summary>
public class GroupPropertyTests
{
    private sealed record Row(bool Y, bool P, double S, double W, string?[] G);

    private static readonly Metric[] Compared =
    [
        Metric.Count, Metric.BaseRate, Metric.SelectionRate, Metric.PredictedPositiveShare, Metric.Accuracy, Metric.TruePositiveRate, Metric.FalsePositiveRate,
        Metric.Precision, Metric.FalseOmissionRate, Metric.F1, Metric.MatthewsCorrelation, Metric.MeanScore, Metric.Brier, Metric.AreaUnderRoc,
        Metric.BackgroundPositiveSubgroupNegative, Metric.BackgroundNegativeSubgroupPositive, Metric.GeneralizedTruePositiveRate,
    ];

    private static double? Over(double a, double b) => b == 0 ? null : a / b;

    private static double? Area(IEnumerable<Row> up, IEnumerable<Row> down)
    {
        double wins = (from u in up from d in down select u.W * d.W * (u.S > d.S ? 1 : u.S == d.S ? 0.5 : 0)).Sum();
        return Over(wins, up.Sum(r => r.W) * down.Sum(r => r.W));
    }

    private static double? Naive(Metric metric, Row[] rows, Row[] all)
    {
        double Sum(Func<Row, bool> which) => rows.Where(which).Sum(r => r.W);
        double tp = Sum(r => r.Y && r.P), fp = Sum(r => !r.Y && r.P), fn = Sum(r => r.Y && !r.P), tn = Sum(r => !r.Y && !r.P), n = Sum(_ => true);
        Row[] rest = [.. all.Except(rows, ReferenceEqualityComparer.Instance).Cast<Row>()];
        return n == 0 && metric != Metric.Count ? null : metric.Name switch
        {
            "Count" => n,
            "BaseRate" => (tp + fn) / n,
            "SelectionRate" => (tp + fp) / n,
            "PredictedPositiveShare" => Over(tp + fp, all.Where(r => r.P).Sum(r => r.W)),
            "Accuracy" => (tp + tn) / n,
            "TruePositiveRate" => Over(tp, tp + fn),
            "FalsePositiveRate" => Over(fp, fp + tn),
            "Precision" => Over(tp, tp + fp),
            "FalseOmissionRate" => Over(fn, tn + fn),
            "F1" => Over(2 * tp, 2 * tp + fp + fn),
            "MatthewsCorrelation" => Over(tp * tn - fp * fn, Math.Sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))),
            "MeanScore" => rows.Sum(r => r.W * r.S) / n,
            "Brier" => rows.Sum(r => r.W * Math.Pow(r.S - (r.Y ? 1 : 0), 2)) / n,
            "AreaUnderRoc" => Area(rows.Where(r => r.Y), rows.Where(r => !r.Y)),
            "BackgroundPositiveSubgroupNegative" => Area(rest.Where(r => r.Y), rows.Where(r => !r.Y)),
            "BackgroundNegativeSubgroupPositive" => Area(rows.Where(r => r.Y), rest.Where(r => !r.Y)),
            "GeneralizedTruePositiveRate" => Over(rows.Where(r => r.Y).Sum(r => r.W * r.S), tp + fn),
            _ => throw new InvalidOperationException(metric.Name),
        };
    }

    private static void Check(double? expected, MetricValue found, string where)
    {
        Assert.True(expected is not null == found.IsDefined, $"{where}: {expected} {found}");
        Assert.True(expected is null || Math.Abs(expected.Value - found.Value) <= 1e-12, $"{where}: {expected:R} {found}");
    }

    [Property(MaxTest = 150)]
    public void EqualNaiveOnes((bool Y, bool P, byte S, byte W, byte G)[] drawn, byte shape)
    {
        int columns = 1 + shape % 3;
        bool weigh = shape % 2 == 0;
        Row[] rows = [.. drawn.Select(r => new Row(r.Y, r.P, r.S / 255.0, weigh ? (r.W % 5) / 4.0 : 1, [Name(r.G % 4), Name(r.G / 4 % 3), Name(r.G / 12 % 3)]))];
        if (rows.Sum(r => r.W) == 0)
        {
            return;
        }

        EvaluationSet set = EvaluationSet.Of([.. rows.Select(r => r.Y)], (double[])[.. rows.Select(r => r.S)]).WithPredictions([.. rows.Select(r => r.P)]);
        set = weigh ? set.WithWeights([.. rows.Select(r => r.W)]) : set;
        string[] by = [.. Enumerable.Range(0, columns).Select(c => $"c{c}")];
        for (int c = 0; c < columns; c++)
        {
            set = set.Attribute(by[c], rows.Select(r => r.G[c]));
        }

        GroupMetrics groups = GroupMetrics.Compute(set, by);
        Dictionary<string, Row[]> naive = rows.GroupBy(r => string.Join('|', r.G.Take(columns).Select(v => v ?? "(missing)"))).ToDictionary(g => g.Key, g => g.ToArray());
        Assert.Empty(naive.Keys.Except(groups.Groups.Select(g => g.Key)));
        Assert.Equal(groups.Groups.Select(g => g.Key).Order(StringComparer.Ordinal), groups.Groups.Select(g => g.Key));
        Assert.Equal(columns == 1 ? naive.Count : groups.Groups.Count, groups.Groups.Count);
        foreach (Metric metric in Compared)
        {
            foreach (GroupResult group in groups.Groups)
            {
                Check(Naive(metric, naive.GetValueOrDefault(group.Key, []), rows), group[metric], $"{metric} of {group.Key}");
            }

            CheckAggregates(groups, metric);
        }
    }

    /// <summary>Aggregates from the groups' own figures by their definitions.</summary>
    private static void CheckAggregates(GroupMetrics groups, Metric metric)
    {
        double[] values = [.. groups.Groups.Where(g => !g.IsMissing && g[metric].IsDefined).Select(g => g[metric].Value)];
        MetricValue overall = groups.Overall[metric];
        bool isPair = values.Length > 1;
        Check(values.Length > 0 ? values.Min() : null, groups.Minimum(metric).Result, "min");
        Check(values.Length > 0 ? values.Max() : null, groups.Maximum(metric).Result, "max");
        Check(isPair ? values.Max() - values.Min() : null, groups.Difference(metric).Result, "difference");
        Check(isPair ? Over(values.Min(), values.Max()) : null, groups.Ratio(metric).Result, "ratio");
        Check(isPair && overall.IsDefined ? values.Max(v => Math.Abs(v - overall.Value)) : null, groups.DifferenceToOverall(metric).Result, "to overall");
        double? ratio = isPair && overall.IsDefined && overall.Value != 0 ? values.Select(v => v / overall.Value).Min(r => r > 1 ? 1 / r : r) : null;
        Check(ratio, groups.RatioToOverall(metric).Result, "ratio to overall");
    }

    [Fact]
    public void CountsAlone_GiveTheSame()
    {
        GroupMetrics rows = GroupMetrics.Compute(Compas.RaceAndSex, ["race", "sex"]);
        long[] Of(Func<ConfusionCounts, double> cell) => [.. rows.Groups.Select(g => (long)cell(g.Counts))];
        GroupMetrics counts = GroupMetrics.FromCounts(
            [.. rows.Groups.Select(g => g.Key)], Of(c => c.TrueNegatives), Of(c => c.FalsePositives), Of(c => c.FalseNegatives), Of(c => c.TruePositives));
        foreach (Metric metric in Metric.All.Where(m => m.OfCounts is not null || m == Metric.PredictedPositiveShare))
        {
            Assert.Equal(rows.Groups.Select(g => g[metric]), counts.Groups.Select(g => g[metric]));
            Assert.Equal(rows.Overall[metric], counts.Overall[metric]);
            Assert.Equal(rows.RatioToOverall(metric).Result, counts.RatioToOverall(metric).Result);
        }

        Assert.Equal(rows.Disparity(FairnessMetric.EqualizedOddsDifference).Upper, counts.Disparity(FairnessMetric.EqualizedOddsDifference).Upper);
    }

    [Fact]
    public void WeightsOfManyChunks_AreSummedWithoutLoss()
    {
        const int Rows = 200_000;
        double[] weights = [.. Enumerable.Range(0, Rows).Select(i => i % 1000 == 0 ? 1e9 : 0.1)];
        EvaluationSet set = EvaluationSet.Of([.. weights.Select((_, i) => i % 3 == 0)], (bool[])[.. weights.Select((_, i) => i % 2 == 0)]).WithWeights(weights)
            .Attribute("g", weights.Select((_, i) => i % 5 == 0 ? "a" : "b"));
        GroupMetrics groups = GroupMetrics.Compute(set, "g");
        decimal exact = weights.Where((_, i) => i % 5 != 0).Sum(w => (decimal)w);
        Assert.Equal((double)exact, groups["b"][Metric.Count].Value, 1e-12 * (double)exact);
        Assert.Equal((double)weights.Sum(w => (decimal)w), groups.Overall[Metric.Count].Value, 1e-6);
        Assert.Equal(groups["b"].Counts, GroupMetrics.Compute(set, "g")["b"].Counts);
    }

    private static string? Name(int value) => value == 0 ? null : $"v{value}";
}
