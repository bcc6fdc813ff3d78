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

    /// <summary>
    /// Chi-square over the reference's tenths of scores: labels against calibrated probabilities, with the chance of the labels and, from the bootstrap
    /// refits, of the calibration.
    /// </summary>
    private void AddCalibrationDrift(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, List<string> doubts)
    {
        ScoredRows rows = ScoredRows.Of(scores, default, _estimator.Options.PositiveFrom, ScoredRows.Numbers(labels), default);
        double[] mean = new double[rows.Count], probabilities = new double[rows.Count];
        int[] tenths = [.. rows.Scores.Select(s => ScoreTenths.TenthOf(_starts, s))];
        int refits = 0;
        double[] sums = new double[_starts.Length], squares = new double[_starts.Length], refit = new double[_starts.Length];
        foreach (ScoreCalibration calibration in _estimator.Refits)
        {
            calibration.Predict(rows.Scores, probabilities);
            Array.Clear(refit);
            for (int i = 0; i < rows.Count; i++)
            {
                mean[i] += probabilities[i];
                refit[tenths[i]] += probabilities[i];
            }

            for (int k = 0; k < refit.Length; k++)
            {
                sums[k] += refit[k];
                squares[k] += refit[k] * refit[k];
            }

            refits++;
        }

        (double Expected, double Observed) all = default;
        (int Rows, double Expected, double Observed, double Variance)[] cells = new (int, double, double, double)[_starts.Length];
        for (int i = 0; i < rows.Count; i++)
        {
            double p = _estimator.Calibrate(rows.Scores[i]), likely = refits > 0 ? mean[i] / refits : p, y = rows.Probabilities[i];
            ref (int Rows, double Expected, double Observed, double Variance) cell = ref cells[tenths[i]];
            cell = (cell.Rows + 1, cell.Expected + p, cell.Observed + y, cell.Variance + likely * (1 - likely));
            all = (all.Expected + p, all.Observed + y);
        }

        double square = 0;
        int used = 0;
        for (int k = 0; k < cells.Length; k++)
        {
            (int count, double expected, double observed, double variance) = cells[k];
            if (count < LeastInTenth)
            {
                continue;
            }

            double share = expected / count, inReference = Math.Max(share * (1 - share), 0.25 / _referenceRows[k]) / _referenceRows[k] * count * count;
            double ofCalibration = refits > 1 ? (squares[k] - sums[k] * sums[k] / refits) / (refits - 1) : 0;
            square += (observed - expected) * (observed - expected) / (variance + Math.Max(inReference, ofCalibration));
            used++;
        }

        double chanceOfAll = used == 0 ? 1 : ChiSquaredDistribution.Survival(square, used);
        if (chanceOfAll < Level)
        {
            doubts.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Labels contradict the calibration (p {chanceOfAll:0.0e0}): {all.Observed / rows.Count:P1} are positive, {all.Expected / rows.Count:P1} were expected. The meaning of the scores has changed; renew the reference."));
        }
    }
}
