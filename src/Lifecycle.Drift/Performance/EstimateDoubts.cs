using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>What speaks against an estimate.</summary>
internal sealed class EstimateDoubts
{
    private const double MostOutside = 0.05;
    private const double LeastCoverage = 0.9;
    private const double Level = 0.001;
    private const int LeastLabels = 100;

    private readonly PerformanceEstimator _estimator;
    private readonly CalibrationDriftTest _drift;

    public EstimateDoubts(PerformanceEstimator estimator) => (_estimator, _drift) = (estimator, new CalibrationDriftTest(estimator));

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
            CalibrationDrift drift = _drift.Test(labelledScores, labels);
            if (drift.PValue < Level)
            {
                doubts.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Labels contradict the calibration (p {drift.PValue:0.0e0}): {drift.Observed:P1} are positive, {drift.Expected:P1} were expected. The meaning of the scores has changed; renew the reference."));
            }
        }

        return doubts;
    }
}
