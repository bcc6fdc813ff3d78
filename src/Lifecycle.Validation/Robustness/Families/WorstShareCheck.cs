using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Mean loss of the worst share of the rows (conditional value at risk; Rockafellar and Uryasev 2000). The loss of a row is (score -
/// label)² when all scores are probabilities and for predicted numbers, else 1 for a wrong decision and 0 for a right one.
/// </summary>
internal sealed class WorstShareCheck(double share) : Perturbation(PerturbationFamily.WorstShare, share)
{
    internal override string Words => FormattableString.Invariant($"The worst {100 * Level:0.###} % of the rows");

    internal override string? Problem => Level is > 0 and < 1 ? null : Wrong("a share above 0 and below 1, for example 0.1");

    /// <summary>
    /// Mean loss of the worst share, its excess over the mean loss, and the standard error of the excess from its influence function.
    /// </summary>
    public (double Worst, double Excess, double Error) Of(EvaluationSet set)
    {
        double[] losses = Losses(set);
        double[] sorted = [.. losses];
        Array.Sort(sorted);
        int n = losses.Length;
        double quantile = sorted[Math.Clamp((int)Math.Ceiling(n * (1 - Level)) - 1, 0, n - 1)];
        double mean = losses.Average();
        double worst = quantile + losses.Sum(l => Math.Max(0, l - quantile)) / (n * Level);
        double squares = 0;
        foreach (double loss in losses)
        {
            double influence = quantile + Math.Max(0, loss - quantile) / Level - loss - (worst - mean);
            squares += influence * influence;
        }

        return (worst, worst - mean, n < 2 ? double.NaN : Math.Sqrt(squares / (n - 1) / n));
    }

    private static double[] Losses(EvaluationSet set)
    {
        if (set.Kind == EvaluationKind.Regression)
        {
            return [.. Enumerable.Range(0, set.Count).Select(i => Math.Pow(set.NumberPredictions[i] - set.NumberLabels[i], 2))];
        }

        bool areProbabilities = set.HasScores && !set.Scores.ContainsAnyExceptInRange(0, 1);
        double[] losses = new double[set.Count];
        for (int i = 0; i < losses.Length; i++)
        {
            double error = areProbabilities ? set.Scores[i] - (set.Labels[i] ? 1 : 0) : set.Predictions[i] == set.Labels[i] ? 0 : 1;
            losses[i] = error * error;
        }

        return losses;
    }
}
