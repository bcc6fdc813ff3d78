using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Critical value of a family of contrasts by a studentised parametric bootstrap: each draw takes new counts from the smoothed rates and
/// keeps the largest |d* - d|/se*; c is the ⌈confidence · draws⌉-th smallest of these.
/// </summary>
internal static class SimultaneousBounds
{
    public static double CriticalValue(IReadOnlyList<RateCell> cells, IReadOnlyList<Contrast> contrasts, double confidence, int draws, ulong seed)
    {
        double[] largest = new double[draws];
        double[] estimates = new double[cells.Count], variances = new double[cells.Count];
        Contrast[] family = [.. contrasts];
        for (int m = 0; m < draws; m++)
        {
            RandomStream random = new(seed, (ulong)m);
            for (int c = 0; c < estimates.Length; c++)
            {
                (estimates[c], variances[c]) = cells[c].Draw(random);
            }

            largest[m] = Math.Sqrt(LargestSquare(family, estimates, variances));
        }

        Array.Sort(largest);
        return largest[Math.Clamp((int)Math.Ceiling(confidence * draws) - 1, 0, draws - 1)];
    }

    private static double LargestSquare(Contrast[] family, double[] estimates, double[] variances)
    {
        double largest = 0;
        foreach (Contrast contrast in family)
        {
            double estimate = -contrast.Estimate, variance = 0;
            int[] cells = contrast.Cells;
            double[] weights = contrast.Weights;
            for (int i = 0; i < cells.Length; i++)
            {
                estimate += weights[i] * estimates[cells[i]];
                variance += weights[i] * weights[i] * variances[cells[i]];
            }

            largest = Math.Max(largest, estimate * estimate / variance);
        }

        return largest;
    }
}
