using Lifecycle.Statistics;
using Lifecycle.Validation;

namespace Lifecycle.Benchmarks.Ratios.Validation;

/// <summary>A column of one million different text objects with ten values: from text to bounds, and only encoding and counting.</summary>
internal static class GroupFigures
{
    private const int Rows = 1_000_000;
    private const int Rounds = 21;

    private static readonly double[] Shares = [.30, .20, .15, .10, .08, .06, .04, .03, .02, .02];

    public static IEnumerable<Figure> Measure()
    {
        (EvaluationSet set, string[] groups) = Draw();
        Metric[] metrics = [Metric.Accuracy, Metric.SelectionRate, Metric.TruePositiveRate, Metric.FalsePositiveRate];
        double whole = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            whole = Math.Min(whole, RatioRunner.Time(() =>
            {
                GroupMetrics table = GroupMetrics.Compute(set.Attribute("group", groups), "group", metrics);
                IReadOnlyList<GroupIntervals> intervals = table.Intervals(metrics, new BootstrapOptions { Replicates = 1_000 });
                Disparity gap = table.Disparity(FairnessMetric.DemographicParityDifference, confidence: 0.95);
                if (table.Groups.Count != Shares.Length || intervals.Count != metrics.Length || !gap.Value.IsDefined)
                {
                    throw new InvalidOperationException("The groups were not all judged.");
                }
            }));
        }

        yield return new Figure("validation.groups.1m.strings", 1000 * whole, "ms", AtLeast: false, 40);
        yield return VsPandas(set, groups);
    }

    private static Figure VsPandas(EvaluationSet set, string[] groups)
    {
        using Peer? peer = Peer.Start("validation_groups_pandas.py");
        if (peer is null)
        {
            return new Figure("validation.groups.encode.1m.vs_pandas", null, "x", AtLeast: true, 2.5, "python3-pandas");
        }

        double Ours() => RatioRunner.Time(() => GroupMetrics.Compute(set.Attribute("group", groups), "group", Metric.Count));
        (double ours, double theirs) = RatioRunner.Interleaved(Rounds, Ours, peer.Seconds);
        return new Figure("validation.groups.encode.1m.vs_pandas", theirs / ours, "x", AtLeast: true, 2.5);
    }

    private static (EvaluationSet Set, string[] Groups) Draw()
    {
        RandomStream random = new(1);
        bool[] labels = new bool[Rows], predictions = new bool[Rows];
        string[] groups = new string[Rows];
        for (int i = 0; i < Rows; i++)
        {
            double u = random.NextDouble(), sum = 0;
            int g = 0;
            while (g < Shares.Length - 1 && u >= (sum += Shares[g]))
            {
                g++;
            }

            labels[i] = random.NextDouble() < 0.24;
            predictions[i] = random.NextDouble() < 0.2 + (labels[i] ? 0.3 : 0);
            groups[i] = new string($"group {g}".AsSpan());
        }

        return (EvaluationSet.Of(labels, predictions), groups);
    }
}
