namespace Lifecycle.Validation;

/// <summary>
/// Another model, usually the champion: what it said about the same rows, the model itself, or only the values that were measured for it
/// once.
/// </summary>
public sealed partial class Baseline
{
    private readonly double[]? _scores;
    private readonly bool[] _predictions;

    private Baseline(double[]? scores, bool[] predictions, Digest? model)
    {
        _scores = scores;
        _predictions = predictions;
        Model = model;
    }

    /// <summary>Digest of the other model's manifest, if known.</summary>
    public Digest? Model { get; }

    /// <summary>Its scores, one a row; empty when only decisions are known.</summary>
    public ReadOnlySpan<double> Scores => _scores;

    /// <summary>Its decisions, one a row.</summary>
    public ReadOnlySpan<bool> Predictions => _predictions;

    /// <summary>Whether scores are known.</summary>
    public bool HasScores => _scores is not null;

    /// <summary>Number of rows; 0 when only the model or its values are known.</summary>
    public int Count => _predictions.Length;

    /// <summary>A baseline of scores.</summary>
    /// <param name="scores">Finite, one a row, in the order of the evaluation set.</param>
    /// <param name="threshold">The decision is positive when score ≥ threshold.</param>
    /// <param name="model">Digest of the model's manifest.</param>
    /// <exception cref="ArgumentException">A score is not finite, and the message gives the first row; or the threshold is NaN.</exception>
    public static Baseline FromScores(ReadOnlySpan<double> scores, double threshold = 0.5, Digest? model = null)
    {
        RequireNumber(threshold);
        bool[] predictions = new bool[scores.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            if (!double.IsFinite(scores[i]))
            {
                throw new ArgumentException($"The baseline's score of row {i} is {scores[i]}; scores must be finite.", nameof(scores));
            }

            predictions[i] = scores[i] >= threshold;
        }

        return new Baseline(scores.ToArray(), predictions, model);
    }

    /// <summary>A baseline of scores whose decisions follow a rule of their own.</summary>
    /// <exception cref="ArgumentException">A score is not finite, or the lengths differ.</exception>
    public static Baseline FromScores(ReadOnlySpan<double> scores, ReadOnlySpan<bool> predictions, Digest? model = null)
    {
        Baseline plain = FromScores(scores, 0.5, model);
        return scores.Length == predictions.Length
            ? new Baseline(plain._scores, predictions.ToArray(), model)
            : throw new ArgumentException($"The baseline has {scores.Length:N0} scores and {predictions.Length:N0} predictions; they must be equal.", nameof(predictions));
    }

    /// <summary>A baseline of decisions; the area under the ROC curve cannot be compared with it.</summary>
    public static Baseline FromDecisions(ReadOnlySpan<bool> predictions, Digest? model = null) => new(null, predictions.ToArray(), model);

    private static void RequireNumber(double threshold)
    {
        if (double.IsNaN(threshold))
        {
            throw new ArgumentException("The baseline's threshold is NaN, so it would decide nothing; give a number.", nameof(threshold));
        }
    }

    /// <summary>The baseline on some of the rows; null when it is bare values, which say nothing about a part.</summary>
    internal Baseline? Rows(int[] rows) => Predictor is not null ? this
        : Values.Count > 0 ? null
        : new(_scores is null ? null : Array.ConvertAll(rows, r => _scores[r]), Array.ConvertAll(rows, r => _predictions[r]), Model);
}
