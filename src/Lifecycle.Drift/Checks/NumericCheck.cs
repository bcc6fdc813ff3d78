using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Compares a numeric column: an order key and a shape key, and all effects. The verdict comes later, with the other columns.</summary>
internal static class NumericCheck
{
    public const int LeastValues = 4;

    public static ColumnFinding Compare(NumericColumn reference, NumericTally current, TwoSampleComparison? samples = null)
    {
        long count = current.Count;
        ColumnFinding finding = new()
        {
            Column = reference.Name,
            Role = reference.Role,
            Kind = reference.Kind,
            Unit = reference.Unit,
            Reference = new ColumnSummary(
                reference.Count, reference.Missing, reference.Infinite, Finite(reference.Mean), Median(reference, reference.CountArray, null, samples?.First)),
            Current = new ColumnSummary(
                count, current.Missing, current.PositiveInfinite + current.NegativeInfinite, Mean(reference, current), Median(reference, current.Bins, current, samples?.Second))
            {
                Unreadable = current.Unreadable,
            },
        };
        if (NotTested.Why(finding) is { } reason)
        {
            return finding with { Verdict = DriftVerdict.NotTested, Reason = reason };
        }

        CountTable table = CountTable.Of(reference, current);
        TableKey shape = TableKey.Of(table, reference.HasBinPerValue ? "values" : "bins");
        OrderStatistics order = samples is null ? OrderStatistics.Of(reference, current) : OrderStatistics.Of(samples, GridDistance.Of(reference, current).Energy);
        DriftKey first = reference.Kind == ColumnKind.Continuous ? order.AndersonDarling : order.MannWhitney;
        DriftKey[] keys = shape.Key is { } key ? [first, key] : [first];
        double sd = double.IsFinite(reference.StandardDeviation) ? reference.StandardDeviation : 0;
        ColumnFinding compared = shape.Fill(finding) with
        {
            Keys = keys,
            LogPValue = keys.Length == 1 ? first.LogPValue : PValueCombination.Cauchy([.. keys.Select(k => k.LogPValue)]).LogPValue,
            KolmogorovSmirnov = order.KolmogorovSmirnov,
            Wasserstein = Finite(order.Wasserstein),
            WassersteinInStandardDeviations = sd > 0 ? Finite(order.Wasserstein / sd) : null,
            Energy = Finite(order.Energy),
            EnergyInStandardDeviations = sd > 0 ? Finite(order.Energy / Math.Sqrt(sd)) : null,
            ProbabilityOfGreater = order.ProbabilityOfGreater,
            Bars = reference.Kept is null ? new BarList(reference, current) : DistributionBars.Of(reference, current),
            LargestRankError = Math.Max(reference.RankError, current.RankError),
        };
        return SketchBounds.Of(compared, reference, current, table);
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static double? Mean(NumericColumn reference, NumericTally current)
    {
        double sum = 0;
        for (int bin = 0; bin < current.Bins.Length; bin++)
        {
            sum += current.Sums is { } sums ? sums[bin] : current.Bins[bin] == 0 ? 0 : current.Bins[bin] * reference.BinMean(bin);
        }

        return Finite(sum / current.Count);
    }

    private static double? Median(NumericColumn reference, long[] bins, NumericTally? current, SortedSample? sample)
    {
        if (sample is { Count: > 0 })
        {
            return 0.5 * sample[(sample.Count - 1) / 2] + 0.5 * sample[sample.Count / 2];
        }

        long total = bins.Sum(), seen = 0;
        for (int bin = 0; bin < bins.Length; bin++)
        {
            seen += bins[bin];
            if (2 * seen >= total && bins[bin] > 0)
            {
                double mean = reference.BinMean(bin);
                return Finite(current is null ? mean : GridDistance.Mean(current, bin, mean));
            }
        }

        return null;
    }
}
