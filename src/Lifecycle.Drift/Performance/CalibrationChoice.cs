using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Chooses the calibration of a reference and says how well it does on rows it was not fitted to.</summary>
internal sealed class CalibrationChoice
{
    private const int Folds = 10;
    private const int Bins = 10;
    private const double Perfect = 0.999;
    private const int LeastRows = 20;
    private const ulong FoldStream = 1UL << 40;

    private readonly ScoredRows _reference;
    private readonly bool[] _labels;
    private readonly int[] _folds;

    public CalibrationChoice(ScoredRows reference, bool[] labels, ulong seed)
    {
        (_reference, _labels) = (reference, labels);
        _folds = Stratify(labels, seed);
    }

    public CalibrationMethod Choose(CalibrationMethod wanted)
    {
        if (wanted != CalibrationMethod.Auto)
        {
            return wanted;
        }

        double area = RankForm.Area(_reference, _reference.Probabilities);
        return _reference.Count < LeastRows || double.IsNaN(area) || area > Perfect
            || ErrorOf(HeldOut(CalibrationMethod.Isotonic)).Expected >= ErrorOf(_reference.Scores).Expected
            ? CalibrationMethod.None : CalibrationMethod.Isotonic;
    }

    public CalibrationSummary Summarize(CalibrationMethod method, ulong seed)
    {
        double[] calibrated = HeldOut(method);
        return new CalibrationSummary(
            method, ErrorOf(_reference.Scores), ErrorOf(calibrated), BrierScore.Of(calibrated, _labels),
            BrierScore.IntervalOf(calibrated, _labels, calibrated.Length > 100_000 ? 100 : 1000, seed: seed));
    }

    private CalibrationError ErrorOf(double[] probabilities) => CalibrationError.Of(probabilities, _labels, Bins, CalibrationBins.EqualCount);

    /// <summary>Every row calibrated by a fit to the other nine tenths.</summary>
    private double[] HeldOut(CalibrationMethod method)
    {
        if (method == CalibrationMethod.None || _reference.Count < LeastRows)
        {
            return _reference.Scores;
        }

        double[] probabilities = new double[_reference.Count], weights = new double[_reference.Count], fitted = new double[_reference.Count];
        for (int fold = 0; fold < Folds; fold++)
        {
            for (int i = 0; i < weights.Length; i++)
            {
                weights[i] = _folds[i] == fold ? 0 : 1;
            }

            ScoreCalibration.Fit(method, _reference, _labels, weights).Predict(_reference.Scores, fitted);
            for (int i = 0; i < weights.Length; i++)
            {
                probabilities[i] = _folds[i] == fold ? Math.Clamp(fitted[i], 0, 1) : probabilities[i];
            }
        }

        return probabilities;
    }

    private static int[] Stratify(bool[] labels, ulong seed)
    {
        int[] folds = new int[labels.Length];
        RandomStream random = new(seed, FoldStream);
        foreach (bool label in (ReadOnlySpan<bool>)[false, true])
        {
            int[] rows = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == label)];
            random.Shuffle<int>(rows);
            for (int i = 0; i < rows.Length; i++)
            {
                folds[rows[i]] = i % Folds;
            }
        }

        return folds;
    }
}
