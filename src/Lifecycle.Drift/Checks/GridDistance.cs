namespace Lifecycle.Drift;

/// <summary>
/// Wasserstein-1 and energy distance on bins: the reference's share of a bin lies at the mean of its values there, the new share at the mean of the
/// new values, or with the reference's where only counts were kept.
/// </summary>
internal static class GridDistance
{
    public static (double Wasserstein, double Energy) Of(NumericColumn reference, NumericTally current)
    {
        double n = reference.Count, m = current.Count;
        double last = double.NaN, distance = 0, squares = 0, a = 0, c = 0;
        void Step(double to)
        {
            if (!double.IsNaN(last) && to > last)
            {
                double apart = Math.Abs(a / n - c / m), far = apart * (to - last);
                distance += far;
                squares += apart * far;
            }

            last = double.IsNaN(last) ? to : Math.Max(last, to);
        }

        for (int bin = 0; bin < current.Bins.Length; bin++)
        {
            long mine = reference.Counts[bin], theirs = current.Bins[bin];
            if (mine + theirs == 0)
            {
                continue;
            }

            double then = reference.BinMean(bin), now = Mean(current, bin, then);
            bool firstThen = then <= now;
            foreach (bool isThen in (ReadOnlySpan<bool>)[firstThen, !firstThen])
            {
                if ((isThen ? mine : theirs) == 0)
                {
                    continue;
                }

                Step(isThen ? then : now);
                (a, c) = isThen ? (a + mine, c) : (a, c + theirs);
            }
        }

        return (distance, Math.Sqrt(2 * squares));
    }

    /// <summary>Where the new values of a bin lie.</summary>
    public static double Mean(NumericTally current, int bin, double otherwise) =>
        current.Sums is { } sums && current.Bins[bin] > 0 ? sums[bin] / current.Bins[bin] : otherwise;
}
