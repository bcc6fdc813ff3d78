namespace Lifecycle.Statistics;

/// <summary>What every calibration asks of its rows.</summary>
internal static class CalibrationRows
{
    public static void Check(ReadOnlySpan<double> scores, int labels, ReadOnlySpan<double> weights)
    {
        if (labels != scores.Length || (!weights.IsEmpty && weights.Length != scores.Length))
        {
            throw new ArgumentException($"{scores.Length} scores, {labels} labels and {weights.Length} weights do not belong together.");
        }

        foreach (double score in scores)
        {
            if (!double.IsFinite(score))
            {
                throw new ArgumentException($"A score is finite, not {score}; drop or replace such rows first.", nameof(scores));
            }
        }

        foreach (double weight in weights)
        {
            if (!(weight >= 0 && double.IsFinite(weight)))
            {
                throw new ArgumentException($"A weight is finite and at least 0, not {weight}.", nameof(weights));
            }
        }
    }

    /// <summary>ln(1 + e^x) without overflow.</summary>
    public static double Softplus(double x) => x > 0 ? x + SpecialFunctions.Log1p(Math.Exp(-x)) : SpecialFunctions.Log1p(Math.Exp(x));

    public static double Logistic(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));
}
