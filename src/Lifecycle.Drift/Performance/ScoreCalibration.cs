using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>A fitted function from scores to probabilities.</summary>
internal sealed class ScoreCalibration
{
    private readonly IsotonicRegression? _isotonic;
    private readonly PlattScaling? _platt;
    private readonly TemperatureScaling? _temperature;

    private ScoreCalibration(CalibrationMethod method, IsotonicRegression? isotonic, PlattScaling? platt, TemperatureScaling? temperature) =>
        (Method, _isotonic, _platt, _temperature) = (method, isotonic, platt, temperature);

    public CalibrationMethod Method { get; }

    /// <summary>Fits to rows in ascending order of score whose probabilities are their labels.</summary>
    public static ScoreCalibration Fit(CalibrationMethod method, ScoredRows rows, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights) => method switch
    {
        CalibrationMethod.Isotonic => new ScoreCalibration(method, IsotonicRegression.FitSorted(rows.Scores, rows.Probabilities, weights), null, null),
        CalibrationMethod.Platt => new ScoreCalibration(method, null, PlattScaling.Fit(rows.Scores, labels, weights), null),
        CalibrationMethod.Temperature => new ScoreCalibration(method, null, null, TemperatureScaling.Fit(rows.Scores, labels, weights)),
        _ => new ScoreCalibration(CalibrationMethod.None, null, null, null),
    };

    public double Predict(double score) => _isotonic?.Predict(score) ?? _platt?.Predict(score) ?? _temperature?.Predict(score) ?? score;

    /// <summary>Probabilities of ascending scores.</summary>
    public void Predict(ReadOnlySpan<double> scores, Span<double> probabilities)
    {
        if (_isotonic is not null)
        {
            _isotonic.PredictSorted(scores, probabilities);
            return;
        }

        if (_platt is null && _temperature is null)
        {
            scores.CopyTo(probabilities);
            return;
        }

        for (int i = 0; i < scores.Length; i++)
        {
            probabilities[i] = i > 0 && scores[i] == scores[i - 1] ? probabilities[i - 1] : Predict(scores[i]);
        }
    }
}
