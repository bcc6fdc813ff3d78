using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Figures of a group against the rest.</summary>
internal static class BackgroundMetrics
{
    /// <summary>The area over the group's rows of one label and the others' rows of the other label.</summary>
    public static MetricValue AreaUnderRoc(MetricRows rows, bool subgroup)
    {
        if (rows.Members is null)
        {
            return MetricValue.Undefined(UndefinedReason.MissingMetric);
        }

        EvaluationSet all = rows.All!;
        bool[] isMember = Mark(all.Count, rows.Members);
        int[] taken = [.. Enumerable.Range(0, all.Count).Where(i => isMember[i] == (all.Labels[i] == subgroup))];
        double[] scores = Array.ConvertAll(taken, i => all.Scores[i]), weights = all.IsWeighted ? Array.ConvertAll(taken, i => all.Weights[i]) : [];
        double area = RankCurves.AreaUnderRoc(scores, Array.ConvertAll(taken, i => all.Labels[i]), weights);
        return double.IsNaN(area) ? MetricValue.Undefined(UndefinedReason.OneClass) : MetricValue.Of(area);
    }

    /// <summary>The Wasserstein-1 distance of the predictions of the group and of the rest.</summary>
    public static MetricValue PredictionDistance(MetricRows rows)
    {
        if (rows.Members is null)
        {
            return MetricValue.Undefined(UndefinedReason.MissingMetric);
        }

        EvaluationSet all = rows.All!;
        bool[] isMember = Mark(all.Count, rows.Members);
        int[] order = [.. Enumerable.Range(0, all.Count)];
        double[] values = all.NumberPredictions.ToArray();
        Array.Sort(values, order);
        double[] weights = Array.ConvertAll(order, i => all.IsWeighted ? all.Weights[i] : 1);
        double inside = 0, outside = 0;
        for (int k = 0; k < order.Length; k++)
        {
            inside += isMember[order[k]] ? weights[k] : 0;
            outside += isMember[order[k]] ? 0 : weights[k];
        }

        if (inside == 0 || outside == 0)
        {
            return MetricValue.Undefined(UndefinedReason.TooFewGroups);
        }

        double distance = 0, first = 0, second = 0;
        for (int k = 0; k + 1 < order.Length; k++)
        {
            first += isMember[order[k]] ? weights[k] : 0;
            second += isMember[order[k]] ? 0 : weights[k];
            distance += Math.Abs(first / inside - second / outside) * (values[k + 1] - values[k]);
        }

        return MetricValue.Of(distance);
    }

    private static bool[] Mark(int rows, int[] members)
    {
        bool[] isMember = new bool[rows];
        foreach (int member in members)
        {
            isMember[member] = true;
        }

        return isMember;
    }
}
