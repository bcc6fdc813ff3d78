using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// The sweep when all rows count alike and outcomes have the same value everywhere: positives and negatives are sorted apart and merged, gains are
/// whole numbers of the smallest unit of money.
/// </summary>
internal sealed class CountSweep(EvaluationSet set, long gainOfNegative, long gainOfPositive, decimal unit)
{
    /// <summary>The sweep, or null when the gains of all rows might not fit 64 bits.</summary>
    public static CountSweep? For(EvaluationSet set, decimal gainOfNegative, decimal gainOfPositive)
    {
        int scale = Math.Max(gainOfNegative.Scale, gainOfPositive.Scale);
        decimal unit = new(1, 0, 0, false, (byte)scale), most = long.MaxValue / 2 / (set.Count + 1m);
        if (Math.Abs(gainOfNegative) > most * unit || Math.Abs(gainOfPositive) > most * unit)
        {
            return null;
        }

        return new CountSweep(set, (long)(gainOfNegative / unit), (long)(gainOfPositive / unit), unit);
    }

    /// <summary>The best cut among at most so many rows, and the lowest score that gains nothing less than acting on nobody.</summary>
    public (double Threshold, int Actions, decimal Gain, double Share, double? BreakEven) Best(int most)
    {
        (double[] unsortedNegatives, double[] unsortedPositives) = Split();
        ReadOnlySpan<double> negatives = new SortedSample(unsortedNegatives).Values, positives = new SortedSample(unsortedPositives).Values;
        int n = negatives.Length - 1, p = positives.Length - 1, actions = 0;
        (double Threshold, int Actions, long Gain) best = (double.PositiveInfinity, 0, 0);
        (double Score, int Above, int Tied, long Before, long Gain)? border = null;
        double? breakEven = null;
        for (long gain = 0; n >= 0 || p >= 0;)
        {
            double score = p < 0 || (n >= 0 && negatives[n] > positives[p]) ? negatives[n] : positives[p];
            (int n0, int p0, long before) = (n, p, gain);
            while (n >= 0 && negatives[n] == score)
            {
                n--;
            }

            while (p >= 0 && positives[p] == score)
            {
                p--;
            }

            int tied = n0 - n + p0 - p;
            gain += ((n0 - n) * gainOfNegative) + ((p0 - p) * gainOfPositive);
            breakEven = gain >= 0 ? score : breakEven;
            if (actions + tied > most)
            {
                border = (score, actions, tied, before, gain - before);
                break;
            }

            actions += tied;
            best = gain > best.Gain ? (score, actions, gain) : best;
            if (actions == most)
            {
                break;
            }
        }

        if (border is { } cut && cut.Above < most && Cut(cut.Before, cut.Gain, most - cut.Above, cut.Tied) is var shared && shared > best.Gain * unit)
        {
            return (cut.Score, most, shared, (double)(most - cut.Above) / cut.Tied, breakEven);
        }

        return (best.Threshold, best.Actions, best.Gain * unit, 1, breakEven);
    }

    private (double[] Negatives, double[] Positives) Split()
    {
        ReadOnlySpan<bool> labels = set.Labels;
        ReadOnlySpan<double> scores = set.Scores;
        int positives = labels.Count(true), n = 0, p = 0;
        double[] negative = new double[labels.Length - positives + 1], positive = new double[positives + 1];
        for (int i = 0; i < labels.Length; i++)
        {
            negative[n] = positive[p] = scores[i];
            p += labels[i] ? 1 : 0;
            n += labels[i] ? 0 : 1;
        }

        return (negative[..n], positive[..p]);
    }

    private decimal Cut(long before, long gain, int taken, int tied) => (before * unit) + (gain * unit * taken / tied);
}
