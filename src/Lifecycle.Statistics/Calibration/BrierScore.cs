namespace Lifecycle.Statistics;

/// <summary>The mean squared distance of probabilities from what happened (Brier 1950), with the test of Spiegelhalter (1986).</summary>
/// <param name="Value">The score, in [0, 1]; 0 is perfect; NaN without rows.</param>
/// <param name="Z">
/// Spiegelhalter's z: Σ(y - p)(1 - 2p) over its standard deviation under calibration, √Σ(1 - 2p)² p(1 - p); about standard normal when the
/// probabilities are calibrated; NaN where that deviation is 0 (all probabilities are 0, ½ or 1).
/// </param>
public readonly record struct BrierScore(double Value, double Z)
{
    /// <summary>Two-sided p-value of calibration, in (0, 1]; NaN where <see cref="Z"/> is.</summary>
    public double PValue => double.IsNaN(Z) ? double.NaN : Math.Max(double.Epsilon, Math.Min(1, 2 * NormalDistribution.Survival(Math.Abs(Z))));

    /// <summary>Computes score and test.</summary>
    /// <param name="scores">One probability in [0, 1] a row.</param>
    /// <param name="labels">True for positive rows; as long as <paramref name="scores"/>.</param>
    /// <returns>The score.</returns>
    /// <exception cref="ArgumentException">Lengths differ or a score lies outside [0, 1].</exception>
    public static BrierScore Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels)
    {
        if (scores.Length != labels.Length)
        {
            throw new ArgumentException($"{scores.Length} scores and {labels.Length} labels do not belong together.");
        }

        double squares = 0, excess = 0, variance = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            double p = scores[i], away = 1 - 2 * p, miss = (labels[i] ? 1 : 0) - p;
            Probability.ThrowIfOutside(p, nameof(scores));
            squares += miss * miss;
            excess += miss * away;
            variance += away * away * p * (1 - p);
        }

        return new BrierScore(squares / scores.Length, variance > 0 ? excess / Math.Sqrt(variance) : double.NaN);
    }

    /// <summary>Computes a percentile bootstrap interval of the score.</summary>
    /// <param name="scores">One probability in [0, 1] a row.</param>
    /// <param name="labels">True for positive rows.</param>
    /// <param name="replicates">Replicates, at least 2.</param>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>The interval; NaN ends without rows.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a score lies outside [0, 1], or an argument is out of range.</exception>
    public static Interval IntervalOf(
        ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, int replicates = 1000, double confidence = 0.95, ulong seed = RandomStream.DefaultSeed)
    {
        _ = Of(scores, labels);
        double[] squares = new double[scores.Length];
        for (int i = 0; i < squares.Length; i++)
        {
            double miss = (labels[i] ? 1 : 0) - scores[i];
            squares[i] = miss * miss;
        }

        return Bootstrap.IntervalOfMean(squares, replicates, confidence, seed);
    }
}
