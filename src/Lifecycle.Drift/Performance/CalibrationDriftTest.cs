using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Whether labels contradict the calibration.</summary>
/// <param name="PValue">Chance of labels as far away when the calibration holds.</param>
/// <param name="Observed">Share of positives.</param>
/// <param name="Expected">Share that the calibration expects.</param>
internal readonly record struct CalibrationDrift(double PValue, double Observed, double Expected);

/// <summary>
/// Chi-square over parts of the scores (the reference's tenths, joined until each expects five of either class): labels against calibrated
/// probabilities, with the chance of the labels and, from the bootstrap refits, of the calibration.
/// </summary>
internal sealed class CalibrationDriftTest
{
    private const double LeastExpected = 5;

    private readonly PerformanceEstimator _estimator;
    private readonly double[] _starts;
    private readonly int[] _referenceRows;

    public CalibrationDriftTest(PerformanceEstimator estimator)
    {
        _estimator = estimator;
        _starts = ScoreTenths.Starts(estimator.ReferenceScores);
        _referenceRows = new int[_starts.Length];
        foreach (double score in estimator.ReferenceScores)
        {
            _referenceRows[ScoreTenths.TenthOf(_starts, score)]++;
        }
    }

    public CalibrationDrift Test(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels)
    {
        ScoredRows rows = ScoredRows.Of(scores, default, _estimator.Options.PositiveFrom, ScoredRows.Numbers(labels), default);
        int[] tenths = [.. rows.Scores.Select(s => ScoreTenths.TenthOf(_starts, s))];
        (double[][] refits, double[] likely) = Refit(rows, tenths);
        double[] count = new double[_starts.Length], expected = new double[_starts.Length], observed = new double[_starts.Length], variance = new double[_starts.Length];
        for (int i = 0; i < rows.Count; i++)
        {
            int k = tenths[i];
            count[k]++;
            expected[k] += _estimator.Calibrate(rows.Scores[i]);
            observed[k] += rows.Probabilities[i];
            variance[k] += likely[i] * (1 - likely[i]);
        }

        double square = 0;
        int used = 0;
        for (int from = 0, to; from < count.Length; from = to)
        {
            to = Join(count, expected, from);
            Range part = from..to;
            double n = count[part].Sum(), sum = expected[part].Sum(), share = n > 0 ? sum / n : 0, away = observed[part].Sum() - sum, reference = _referenceRows[part].Sum();
            if (n == 0)
            {
                continue;
            }

            double ofReference = Math.Max(share * (1 - share), 0.25 / reference) / reference * n * n;
            square += away * away / (variance[part].Sum() + Math.Max(ofReference, Spread([.. refits.Select(r => r[part].Sum())])));
            used++;
        }

        return new CalibrationDrift(
            used == 0 ? 1 : ChiSquaredDistribution.Survival(square, used), observed.Sum() / rows.Count, expected.Sum() / rows.Count);
    }

    /// <summary>The end of the part that begins at a tenth; what is left over at the end is too little for a part of its own and joins this one.</summary>
    private static int Join(double[] count, double[] expected, int from)
    {
        int to = from;
        for (double positives = 0, negatives = 0; to < count.Length && Math.Min(positives, negatives) < LeastExpected; to++)
        {
            positives += expected[to];
            negatives += count[to] - expected[to];
        }

        double rest = expected[to..].Sum();
        return Math.Min(rest, count[to..].Sum() - rest) < LeastExpected ? count.Length : to;
    }

    /// <summary>Expected positives of every tenth by every refit, and the mean probability of every row.</summary>
    private (double[][] Refits, double[] Likely) Refit(ScoredRows rows, int[] tenths)
    {
        double[] probabilities = new double[rows.Count], likely = new double[rows.Count];
        List<double[]> refits = [];
        foreach (ScoreCalibration calibration in _estimator.Refits)
        {
            calibration.Predict(rows.Scores, probabilities);
            double[] sums = new double[_starts.Length];
            for (int i = 0; i < rows.Count; i++)
            {
                likely[i] += probabilities[i] / _estimator.Refits.Count;
                sums[tenths[i]] += probabilities[i];
            }

            refits.Add(sums);
        }

        if (refits.Count == 0)
        {
            rows.Scores.CopyTo(likely, 0);
        }

        return ([.. refits], likely);
    }

    private static double Spread(double[] values)
    {
        double mean = values.Length == 0 ? 0 : values.Average();
        return values.Length < 2 ? 0 : values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }
}
