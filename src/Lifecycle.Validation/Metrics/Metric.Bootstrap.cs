using Lifecycle.Statistics;

namespace Lifecycle.Validation;

public sealed partial class Metric
{
    /// <summary>
    /// The metric over all rows with a bootstrap interval. Counts of unweighted rows take one multinomial draw a replicate, however many
    /// rows there are; anything else gives each row a Poisson(1) multiplicity.
    /// </summary>
    /// <param name="set">The rows.</param>
    /// <param name="options">Replicates, confidence, kind of interval.</param>
    public BootstrapFigure Bootstrap(EvaluationSet set, BootstrapOptions? options = null)
    {
        MetricValue point = Compute(set);
        options ??= new BootstrapOptions();
        options.Check();
        if (!point.IsDefined)
        {
            return BootstrapFigure.Undefined(point.Reason!.Value);
        }

        if (Resolve(set) is { } fit && (fit.Metric != this || fit.Set != set))
        {
            return fit.Metric.Bootstrap(fit.Set, options);
        }

        int threads = IsCustom ? 1 : options.MaxDegreeOfParallelism;
        if (OfCounts is { } counts && !set.IsWeighted)
        {
            return Of(ConfusionCounts.OfRows(set), counts, point, options, threads);
        }

        RowFigure figure = RowFigure.For(this, set);
        double[]? drawn = Replicates.Draw(options.Replicates, options.Seed, () =>
        {
            byte[] multiplicities = new byte[set.Count];
            return random =>
            {
                PoissonMultiplicity.Draw(random, multiplicities);
                return figure.OfDrawn(multiplicities);
            };
        }, threads);
        return drawn is null
            ? BootstrapFigure.Undefined(UndefinedReason.TooFewRows)
            : IntervalReading.Of(point, drawn, options.Interval, options.Confidence, () => Replicates.RowAcceleration(set.Count, figure.Without, threads) ?? double.NaN);
    }

    private static BootstrapFigure Of(
        ConfusionCounts counts, Func<ConfusionCounts, MetricValue> metric, MetricValue point, BootstrapOptions options, int threads)
    {
        MultinomialSampler sampler = new([counts.TrueNegatives, counts.FalsePositives, counts.FalseNegatives, counts.TruePositives]);
        double[]? drawn = Replicates.Draw(options.Replicates, options.Seed, () =>
        {
            double[] cells = new double[4];
            return random =>
            {
                sampler.Draw(random, (long)counts.Total, cells);
                return metric(new ConfusionCounts(cells[0], cells[1], cells[2], cells[3]));
            };
        }, threads);
        return drawn is null
            ? BootstrapFigure.Undefined(UndefinedReason.TooFewRows)
            : IntervalReading.Of(point, drawn, options.Interval, options.Confidence, () => Validation.Bootstrap.CellAcceleration(metric, counts) ?? double.NaN);
    }
}
