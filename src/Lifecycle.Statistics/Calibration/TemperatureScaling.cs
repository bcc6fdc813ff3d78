namespace Lifecycle.Statistics;

/// <summary>
/// One temperature for all probabilities: p becomes 1/(1 + exp(-logit(p)/T)), T fitted by maximum likelihood (Guo et al. 2017). It makes
/// probabilities bolder (T &lt; 1) or more careful (T &gt; 1) and leaves one half where it is. Immutable.
/// </summary>
public sealed class TemperatureScaling
{
    private const double Edge = 1e-12;
    private const double Widest = 1000;

    private TemperatureScaling(double temperature) => Temperature = temperature;

    /// <summary>The temperature, in [0.001, 1000].</summary>
    public double Temperature { get; }

    /// <summary>Fits the temperature.</summary>
    /// <param name="scores">One probability in [0, 1] a row.</param>
    /// <param name="labels">True for positive rows; as long as <paramref name="scores"/>.</param>
    /// <param name="weights">Finite weights of at least 0, or empty for equal weights.</param>
    /// <returns>The fit; an end of the range of temperatures when the likelihood has no maximum inside.</returns>
    /// <exception cref="ArgumentException">Lengths differ or a value is out of range.</exception>
    public static TemperatureScaling Fit(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights = default)
    {
        CalibrationRows.Check(scores, labels.Length, weights);
        double[] logits = new double[scores.Length], signedWeights = new double[scores.Length];
        for (int i = 0; i < logits.Length; i++)
        {
            Probability.ThrowIfOutside(scores[i], nameof(scores));
            logits[i] = Logit(scores[i]);
            signedWeights[i] = (labels[i] ? 1 : -1) * (weights.IsEmpty ? 1 : weights[i]);
        }

        // The likelihood is concave in the inverse temperature, so its derivative has one root.
        double Falling(double inverse)
        {
            double sum = 0;
            for (int i = 0; i < logits.Length; i++)
            {
                double target = signedWeights[i] > 0 ? 1 : 0;
                sum += Math.Abs(signedWeights[i]) * logits[i] * (CalibrationRows.Logistic(inverse * logits[i]) - target);
            }

            return sum;
        }

        return new TemperatureScaling(1 / Probability.Solve(Falling, 1 / Widest, Widest));
    }

    /// <summary>The probability after scaling.</summary>
    /// <param name="score">A probability in [0, 1].</param>
    /// <returns>A probability.</returns>
    public double Predict(double score) => CalibrationRows.Logistic(Logit(score) / Temperature);

    private static double Logit(double score)
    {
        double inside = Math.Clamp(score, Edge, 1 - Edge);
        return Math.Log(inside / (1 - inside));
    }
}
