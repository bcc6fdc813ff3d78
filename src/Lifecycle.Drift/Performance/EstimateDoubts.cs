using System.Globalization;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>What speaks against an estimate.</summary>
internal sealed class EstimateDoubts
{
    private const double MostOutside = 0.05;
    private const double LeastCoverage = 0.9;
    private const double Level = 0.001;
    private const int LeastLabels = 100;
    private const int LeastInTenth = 5;

    private readonly PerformanceEstimator _estimator;
    private readonly double[] _starts;
    private readonly int[] _referenceRows;

    public EstimateDoubts(PerformanceEstimator estimator)
    {
        _estimator = estimator;
        _starts = ScoreTenths.Starts(estimator.ReferenceScores);
        _referenceRows = new int[_starts.Length];
        foreach (double score in estimator.ReferenceScores)
        {
            _referenceRows[ScoreTenths.TenthOf(_starts, score)]++;
        }
    }

    /// <summary>The doubts about a window, each a sentence.</summary>
    public IReadOnlyList<string> Of(ReadOnlySpan<double> scores, ReadOnlySpan<double> labelledScores, ReadOnlySpan<bool> labels)
    {
        List<string> doubts = [];
        (double lowest, double highest) = _estimator.ScoreRange;
        int outside = 0;
        foreach (double score in scores)
        {
            outside += score < lowest || score > highest ? 1 : 0;
        }

        if (outside > MostOutside * scores.Length)
        {
            doubts.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{(double)outside / scores.Length:P1} of the scores lie outside the reference's {lowest:0.####} to {highest:0.####}; there the calibration is a guess."));
        }

        foreach (QualityFinding finding in _estimator.Options.Inputs?.Latest?.Quality ?? [])
        {
            if (finding.Rule == QualityRule.OutOfRange && finding.Share > MostOutside)
            {
                doubts.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{finding.Share:P1} of the values of '{finding.Column}' lie outside the range of the reference; the model was never calibrated there."));
            }
        }

        if (labels.Length >= LeastLabels && labels.Length >= LeastCoverage * scores.Length)
        {
            AddCalibrationDrift(labelledScores, labels, doubts);
        }

        return doubts;
    }

    /// <summary>Chi-square over the reference's tenths of scores: labels against calibrated probabilities, with the chance in both.</summary>
    private void AddCalibrationDrift(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, List<string> doubts)
    {
        (int Rows, double Expected, double Observed, double Variance)[] tenths = new (int, double, double, double)[_starts.Length];
        double expected = 0, observed = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            double p = _estimator.Calibrate(scores[i]), y = labels[i] ? 1 : 0;
            ref (int Rows, double Expected, double Observed, double Variance) tenth = ref tenths[ScoreTenths.TenthOf(_starts, scores[i])];
            tenth = (tenth.Rows + 1, tenth.Expected + p, tenth.Observed + y, tenth.Variance + p * (1 - p));
            expected += p;
            observed += y;
        }

        double square = 0;
        int used = 0;
        for (int k = 0; k < tenths.Length; k++)
        {
            (int rows, double sum, double positives, double variance) = tenths[k];
            double share = rows == 0 ? 0 : sum / rows;
            double spread = rows == 0 ? 0 : variance / rows / rows + Math.Max(share * (1 - share), 0.25 / _referenceRows[k]) / _referenceRows[k];
            if (rows >= LeastInTenth)
            {
                double away = (positives - sum) / rows;
                square += away * away / spread;
                used++;
            }
        }

        double p0 = used == 0 ? 1 : ChiSquaredDistribution.Survival(square, used);
        if (p0 < Level)
        {
            doubts.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Labels contradict the calibration (p {p0:0.0e0}): {observed / labels.Length:P1} are positive, {expected / labels.Length:P1} were expected. The meaning of the scores has changed; renew the reference."));
        }
    }
}
