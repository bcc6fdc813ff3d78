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
        if (OfCounts is { } metric && !set.IsWeighted)
        {
            ConfusionCounts counts = ConfusionCounts.OfRows(set);
            return Read(
                Validation.Bootstrap.DrawCells(metric, counts, options.Replicates, options.Seed, threads), () => Validation.Bootstrap.CellAcceleration(metric, counts));
        }

        RowFigure figure = RowFigure.For(this, set);
        return Read(
            Validation.Bootstrap.DrawRows(figure, set.Count, options.Replicates, options.Seed, threads),
            () => Replicates.RowAcceleration(set.Count, figure.Without, threads));

        BootstrapFigure Read(double[]? drawn, Func<double?> acceleration) => drawn is null
            ? BootstrapFigure.Undefined(UndefinedReason.TooFewRows)
            : IntervalReading.Of(point, drawn, options.Interval, options.Confidence, () => acceleration() ?? double.NaN);
    }
}
