using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Bootstrap bounds (BCa, Efron 1987). For counts a row bootstrap is one multinomial draw over the four cells, exact and independent of the
/// number of rows; for scores and weighted rows each row gets a Poisson(1) multiplicity. Replicate i uses stream i of the seed.
/// </summary>
internal static class Bootstrap
{
    public const string Method = "BCa bootstrap";

    public static MetricInterval Cells(
        Func<ConfusionCounts, MetricValue> metric, ConfusionCounts counts, MetricValue value, double confidence, int replicates, ulong seed, int threads = -1)
    {
        double[] cells = [counts.TrueNegatives, counts.FalsePositives, counts.FalseNegatives, counts.TruePositives];
        MultinomialSampler sampler = new(cells);
        long rows = (long)counts.Total;
        double[]? drawn = Replicates.Draw(replicates, seed, () =>
        {
            double[] buffer = new double[4];
            return random =>
            {
                sampler.Draw(random, rows, buffer);
                return metric(new ConfusionCounts(buffer[0], buffer[1], buffer[2], buffer[3]));
            };
        }, threads);
        return BiasCorrected(value, drawn, drawn is null ? null : CellAcceleration(metric, counts), confidence);
    }

    public static MetricInterval Rows(Metric metric, EvaluationSet set, MetricValue value, double confidence, int replicates, ulong seed, int threads = -1)
    {
        RowFigure figure = RowFigure.For(metric, set);
        threads = metric.IsCustom ? 1 : threads;
        double[]? drawn = Replicates.Draw(replicates, seed, () =>
        {
            byte[] multiplicities = new byte[set.Count];
            return random =>
            {
                PoissonMultiplicity.Draw(random, multiplicities);
                return figure.OfDrawn(multiplicities);
            };
        }, threads);
        return BiasCorrected(value, drawn, drawn is null ? null : Replicates.RowAcceleration(set.Count, figure.Without, threads), confidence);
    }

    public static double? CellAcceleration(Func<ConfusionCounts, MetricValue> metric, ConfusionCounts c) => Replicates.CellAcceleration(
        [c.TrueNegatives, c.FalsePositives, c.FalseNegatives, c.TruePositives], cells => metric(new ConfusionCounts(cells[0], cells[1], cells[2], cells[3])));

    /// <summary>One-sided bounds, each at the confidence.</summary>
    private static MetricInterval BiasCorrected(MetricValue value, double[]? drawn, double? acceleration, double confidence)
    {
        if (drawn is null || acceleration is null)
        {
            return MetricInterval.Undefined(UndefinedReason.TooFewRows, Method);
        }

        if (!drawn.AsSpan().ContainsAnyExcept(drawn[0]))
        {
            return MetricInterval.Undefined(UndefinedReason.ZeroVariance, Method);
        }

        Interval found = Statistics.Bootstrap.BiasCorrected(value.Value, drawn, acceleration.Value, 2 * confidence - 1);
        return double.IsNaN(found.Lower)
            ? MetricInterval.Undefined(UndefinedReason.TooFewRows, Method)
            : new MetricInterval(value, found.Lower, found.Upper, Method);
    }
}
