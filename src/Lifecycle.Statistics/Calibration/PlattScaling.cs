namespace Lifecycle.Statistics;

/// <summary>
/// A logistic function from scores to probabilities, 1/(1 + exp(slope·score + offset)), fitted by maximum likelihood to Platt's smoothed
/// targets (P + 1)/(P + 2) and 1/(N + 2) (Platt 1999) by Newton steps with backtracking (Lin, Lin and Weng 2007). Immutable.
/// </summary>
public sealed class PlattScaling
{
    private const int MostSteps = 100;
    private const double Ridge = 1e-12;
    private const double Flat = 1e-10;

    private PlattScaling(double slope, double offset) => (Slope, Offset) = (slope, offset);

    /// <summary>Slope; negative when higher scores mean positive.</summary>
    public double Slope { get; }

    /// <summary>Offset.</summary>
    public double Offset { get; }

    /// <summary>Fits the function.</summary>
    /// <param name="scores">One finite score a row.</param>
    /// <param name="labels">True for positive rows; as long as <paramref name="scores"/>.</param>
    /// <param name="weights">Finite weights of at least 0, or empty for equal weights.</param>
    /// <returns>The function; a constant one when all scores are equal.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a value is out of range, or no row has a weight.</exception>
    public static PlattScaling Fit(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights = default)
    {
        CalibrationRows.Check(scores, labels.Length, weights);
        double positives = 0, negatives = 0, mean = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i];
            positives += labels[i] ? weight : 0;
            negatives += labels[i] ? 0 : weight;
            mean += weight * scores[i];
        }

        if (!(positives + negatives > 0))
        {
            throw new ArgumentException("No row has a weight.", nameof(weights));
        }

        // Centred scores keep the two parameters nearly uncorrelated.
        mean /= positives + negatives;
        double high = (positives + 1) / (positives + 2), low = 1 / (negatives + 2);
        double a = 0, b = Math.Log((negatives + 1) / (positives + 1));
        double loss = Loss(scores, labels, weights, mean, a, b, high, low);
        for (int step = 0; step < MostSteps; step++)
        {
            double g1 = 0, g2 = 0, h11 = Ridge, h22 = Ridge, h21 = 0;
            for (int i = 0; i < scores.Length; i++)
            {
                double weight = weights.IsEmpty ? 1 : weights[i], x = scores[i] - mean, p = CalibrationRows.Logistic(-(a * x + b));
                double d1 = weight * ((labels[i] ? high : low) - p), d2 = weight * p * (1 - p);
                g1 += x * d1;
                g2 += d1;
                h11 += x * x * d2;
                h22 += d2;
                h21 += x * d2;
            }

            double scale = positives + negatives;
            if (Math.Abs(g1) < Flat * scale && Math.Abs(g2) < Flat * scale)
            {
                break;
            }

            double det = h11 * h22 - h21 * h21;
            double da = -(h22 * g1 - h21 * g2) / det, db = -(-h21 * g1 + h11 * g2) / det, slope = g1 * da + g2 * db, length = 1;
            for (; length > Flat; length /= 2)
            {
                double next = Loss(scores, labels, weights, mean, a + length * da, b + length * db, high, low);
                if (next < loss + 1e-4 * length * slope)
                {
                    (a, b, loss) = (a + length * da, b + length * db, next);
                    break;
                }
            }

            if (length <= Flat)
            {
                break;
            }
        }

        return new PlattScaling(a, b - a * mean);
    }

    /// <summary>The probability at a score.</summary>
    /// <param name="score">Any number.</param>
    /// <returns>A probability; NaN for NaN.</returns>
    public double Predict(double score) => CalibrationRows.Logistic(-(Slope * score + Offset));

    private static double Loss(
        ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights, double mean, double a, double b, double high, double low)
    {
        double sum = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            // -[t ln p + (1 - t) ln(1 - p)] with p = 1/(1 + e^f) is t f + ln(1 + e^-f) = ln(1 + e^f) - (1 - t) f.
            double f = a * (scores[i] - mean) + b;
            sum += (weights.IsEmpty ? 1 : weights[i]) * ((labels[i] ? high : low) * f + CalibrationRows.Softplus(-f));
        }

        return sum;
    }
}
