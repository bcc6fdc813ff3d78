namespace Lifecycle.Drift;

/// <summary>
/// Wasserstein-1 and energy distance on bins: the reference's share of a bin lies at the mean of its values there, the new share at the mean of the
/// new values, or with the reference's where only counts were kept.
/// </summary>
internal static class GridDistance
{
    public static (double Wasserstein, double Energy) Of(NumericColumn reference, NumericTally current)
    {
        ReadOnlySpan<long> first = reference.Counts, second = current.Bins;
        double[] means = reference.BinMeans;
        double n = reference.Count, m = current.Count, last = double.NaN, distance = 0, squares = 0, a = 0, c = 0;
        for (int bin = 0; bin < second.Length; bin++)
        {
            double mine = first[bin], theirs = second[bin];
            if (mine + theirs == 0)
            {
                continue;
            }

            double then = means[bin], now = Mean(current, bin, then);
            bool isThenFirst = then <= now;
            if ((isThenFirst ? mine : theirs) > 0)
            {
                Step(isThenFirst ? then : now, a / n - c / m, ref last, ref distance, ref squares);
                (a, c) = isThenFirst ? (a + mine, c) : (a, c + theirs);
            }

            if ((isThenFirst ? theirs : mine) > 0)
            {
                Step(isThenFirst ? now : then, a / n - c / m, ref last, ref distance, ref squares);
                (a, c) = isThenFirst ? (a, c + theirs) : (a + mine, c);
            }
        }

        return (distance, Math.Sqrt(2 * squares));
    }

    private static void Step(double to, double apart, ref double last, ref double distance, ref double squares)
    {
        if (to > last)
        {
            double far = Math.Abs(apart) * (to - last);
            distance += far;
            squares += Math.Abs(apart) * far;
        }

        last = double.IsNaN(last) ? to : Math.Max(last, to);
    }

    /// <summary>Where the new values of a bin lie.</summary>
    public static double Mean(NumericTally current, int bin, double otherwise) =>
        current.Sums is { } sums && current.Bins[bin] > 0 ? sums[bin] / current.Bins[bin] : otherwise;
}
