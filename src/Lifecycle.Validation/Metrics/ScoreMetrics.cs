using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Figures of scores. Terms of a mean are NaN for rows that do not take part.</summary>
internal static class ScoreMetrics
{
    private static readonly double Least = Math.ScaleB(1, -52);

    public static MetricValue AreaUnderRoc(MetricRows rows)
    {
        EvaluationSet set = rows.Set!;
        return OneClass(rows) ?? MetricValue.Of(RankCurves.AreaUnderRoc(set.Scores, set.Labels, set.Weights));
    }

    public static MetricValue AveragePrecision(MetricRows rows)
    {
        EvaluationSet set = rows.Set!;
        return rows.Counts.Positives == 0
            ? MetricValue.Undefined(UndefinedReason.NoPositives)
            : MetricValue.Of(RankCurves.AveragePrecision(set.Scores, set.Labels, set.Weights));
    }

    public static MetricValue ScoringRate(MetricRows rows)
    {
        double[] sorted = rows.All!.Scores.ToArray();
        Array.Sort(sorted);
        double median = 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
        ReadOnlySpan<double> scores = rows.Set!.Scores, weights = rows.Set.Weights;
        double above = 0, all = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i];
            all += weight;
            above += scores[i] > median ? weight : 0;
        }

        return MetricValue.Quotient(above, all, UndefinedReason.NoRows);
    }

    public static double[] LogLossTerms(EvaluationSet set)
    {
        double[] terms = new double[set.Count];
        for (int i = 0; i < terms.Length; i++)
        {
            double p = Math.Clamp(set.Scores[i], Least, 1 - Least);
            terms[i] = -Math.Log(set.Labels[i] ? p : 1 - p);
        }

        return terms;
    }

    public static double[] BrierTerms(EvaluationSet set)
    {
        double[] terms = new double[set.Count];
        for (int i = 0; i < terms.Length; i++)
        {
            double distance = set.Scores[i] - (set.Labels[i] ? 1 : 0);
            terms[i] = distance * distance;
        }

        return terms;
    }

    public static double[] ScoresOf(EvaluationSet set, bool label)
    {
        double[] terms = set.Scores.ToArray();
        for (int i = 0; i < terms.Length; i++)
        {
            terms[i] = set.Labels[i] == label ? terms[i] : double.NaN;
        }

        return terms;
    }

    public static MetricValue Mean(double[] terms, EvaluationSet set, UndefinedReason none)
    {
        double sum = 0, lost = 0, weights = 0;
        for (int i = 0; i < terms.Length; i++)
        {
            if (double.IsNaN(terms[i]))
            {
                continue;
            }

            double weight = set.IsWeighted ? set.Weights[i] : 1, term = weight * terms[i], next = sum + term;
            lost += Math.Abs(sum) >= Math.Abs(term) ? sum - next + term : term - next + sum;
            sum = next;
            weights += weight;
        }

        return MetricValue.Quotient(sum + lost, weights, none);
    }

    /// <summary>How many probabilities log loss moves away from 0 or 1.</summary>
    public static int LogLossClipped(EvaluationSet set)
    {
        int clipped = 0;
        foreach (double score in set.Scores)
        {
            clipped += score < Least || score > 1 - Least ? 1 : 0;
        }

        return clipped;
    }

    public static (double Expected, double Maximum) Calibration(EvaluationSet set, CalibrationCut cut)
    {
        if (!set.IsWeighted)
        {
            CalibrationBins bins = cut.EqualMass ? CalibrationBins.EqualCount : CalibrationBins.EqualWidth;
            CalibrationError error = CalibrationError.Of(set.Scores, set.Labels, cut.Bins, bins);
            return (error.Expected, error.Maximum);
        }

        int[] order = [.. Enumerable.Range(0, set.Count)];
        if (cut.EqualMass)
        {
            double[] keys = set.Scores.ToArray();
            order = [.. order.OrderBy(i => keys[i])];
        }

        double[] weights = new double[cut.Bins], gaps = new double[cut.Bins];
        double all = 0, before = 0;
        foreach (double weight in set.Weights)
        {
            all += weight;
        }

        foreach (int i in order)
        {
            double weight = set.Weights[i];
            int bin = Math.Min((int)(cut.Bins * (cut.EqualMass ? before / all : set.Scores[i])), cut.Bins - 1);
            before += weight;
            weights[bin] += weight;
            gaps[bin] += weight * (set.Scores[i] - (set.Labels[i] ? 1 : 0));
        }

        double expected = 0, maximum = 0;
        for (int b = 0; b < cut.Bins; b++)
        {
            expected += Math.Abs(gaps[b]);
            maximum = weights[b] > 0 ? Math.Max(maximum, Math.Abs(gaps[b]) / weights[b]) : maximum;
        }

        return (expected / all, maximum);
    }

    public static void EnsureProbabilities(Metric metric, EvaluationSet set)
    {
        int odd = 0, first = -1;
        for (int i = 0; i < set.Count; i++)
        {
            if (set.Scores[i] is < 0 or > 1)
            {
                odd++;
                first = first < 0 ? i : first;
            }
        }

        if (odd > 0)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{metric.Name} needs probabilities; {odd:N0} of {set.Count:N0} scores lie outside [0, 1], the first is {set.Scores[first]} in row {first}. ")
                + "Give probabilities, or clip them with .WithScores(scores, clip: true).");
        }
    }

    private static MetricValue? OneClass(MetricRows rows) =>
        rows.Counts.Positives == 0 || rows.Counts.Negatives == 0 ? MetricValue.Undefined(UndefinedReason.OneClass) : null;
}
