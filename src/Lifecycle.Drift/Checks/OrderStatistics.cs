using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>The statistics of two samples that need the order of the values, from raw samples or from counts on the same bins.</summary>
internal sealed record OrderStatistics(
    DriftKey AndersonDarling, DriftKey MannWhitney, KolmogorovSmirnovFinding KolmogorovSmirnov, double Wasserstein, double Energy,
    double ProbabilityOfGreater)
{
    public const string AndersonDarlingName = "Anderson-Darling";
    public const string MannWhitneyName = "Mann-Whitney";

    private static readonly double LimitDeviation = Math.Sqrt(2 * (Math.PI * Math.PI - 9) / 3);

    public static OrderStatistics Of(TwoSampleComparison samples, double energy) => new(
        new DriftKey(AndersonDarlingName, samples.AndersonDarling.Statistic, samples.AndersonDarling.LogPValue),
        new DriftKey(MannWhitneyName, samples.MannWhitney.Statistic, samples.MannWhitney.LogPValue),
        new KolmogorovSmirnovFinding(
            samples.KolmogorovSmirnov.Statistic, samples.KolmogorovSmirnov.Statistic, samples.KolmogorovSmirnov.LogPValue),
        samples.Wasserstein, energy, samples.ProbabilityOfGreater);

    /// <summary>Values that share a bin count as tied; the laws of both tests hold with ties.</summary>
    public static OrderStatistics Of(NumericColumn reference, NumericTally current)
    {
        ReadOnlySpan<long> first = reference.Counts, second = current.Bins;
        double n = reference.Count, m = current.Count, size = n + m;
        double a = 0, c = 0, squared = 0, twiceRanks = 0, ties = 0, least = 0, most = 0;
        for (int bin = 0; bin < first.Length; bin++)
        {
            double mine = first[bin], theirs = second[bin], tied = mine + theirs;
            if (tied == 0)
            {
                continue;
            }

            double rank = a + c + 0.5 * tied;
            double x = size * (a + 0.5 * mine) - rank * n, y = size * (c + 0.5 * theirs) - rank * m;
            double spread = rank * (size - rank) - 0.25 * size * tied;
            squared += spread > 0 ? tied / size * (x * x / n + y * y / m) / spread : 0;
            twiceRanks += mine * (2 * (a + c) + tied + 1);
            ties += tied * tied * tied - tied;
            double left = a / n - c / m;
            (a, c) = (a + mine, c + theirs);
            least = Math.Max(least, Math.Abs(a * m - c * n) / (n * m));
            most = Math.Max(most, reference.HasBinPerValue ? least : Math.Max(left + mine / n, theirs / m - left));
        }

        squared *= (size - 1) / size;
        double u = 0.5 * (twiceRanks - n * (n + 1));
        (double wasserstein, double energy) = GridDistance.Of(reference, current);
        return new OrderStatistics(
            new DriftKey(AndersonDarlingName, squared, LogAndersonDarling(squared, reference.Count, current.Count)),
            new DriftKey(MannWhitneyName, u, LogMannWhitney(u, n, m, ties)),
            new KolmogorovSmirnovFinding(least, Math.Max(least, most), LogKolmogorovSmirnov(least, n, m)),
            wasserstein, energy,
            1 - u / (n * m));
    }

    internal static double LogAndersonDarling(double squared, long n, long m) => squared <= 0
        ? 0
        : Bounded(AndersonDarlingDistribution.LogSurvival(1 + Statistics.AndersonDarling.Normalize(squared, n, m) * LimitDeviation));

    /// <summary>Normal law with the correction for ties and continuity.</summary>
    internal static double LogMannWhitney(double u, double n, double m, double ties)
    {
        double all = n * m, size = n + m;
        double variance = all / 12 * (size + 1 - ties / (size * (size - 1)));
        return variance > 0
            ? Bounded(Math.Log(2) + NormalDistribution.LogSurvival((Math.Max(u, all - u) - 0.5 * all - 0.5) / Math.Sqrt(variance)))
            : 0;
    }

    internal static double LogKolmogorovSmirnov(double distance, double n, double m) => distance >= 1
        ? Bounded(Math.Log(2) - SpecialFunctions.LogBinomial(n + m, n))
        : Bounded(KolmogorovDistribution.LogSurvival(Math.Max(1, (long)Math.Round(n * m / (n + m))), distance));

    private static double Bounded(double logPValue) => Math.Clamp(logPValue, -1e300, 0);
}
