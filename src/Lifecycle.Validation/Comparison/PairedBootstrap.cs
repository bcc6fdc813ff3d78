using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Bootstrap of a comparison: both models see the same rows in every replicate. For counts that is one multinomial draw over the eight
/// cells of truth and two decisions; otherwise each row gets one Poisson(1) multiplicity for both.
/// </summary>
internal static class PairedBootstrap
{
    public const string Method = "paired BCa bootstrap";

    public static PairedEstimate Of(
        Metric metric, EvaluationSet first, EvaluationSet second, PairedScale scale, MetricValue value, int replicates, ulong seed, int threads = -1)
    {
        // A relative change says nothing when the other model's value may be on the other side of 0.
        int side = scale == PairedScale.Relative ? Math.Sign(metric.Compute(second).Or(0)) : 0;
        MetricValue Compare(MetricValue one, MetricValue other) => side != 0 && other.IsDefined && Math.Sign(other.Value) != side
            ? MetricValue.Undefined(UndefinedReason.ZeroBaseline)
            : scale.Of(metric, one, other);
        (double[]? drawn, double? acceleration) = metric.OfCounts is { } counts && !first.IsWeighted
            ? Cells(counts, first, second, Compare, replicates, seed, threads)
            : Rows(metric, first, second, Compare, replicates, seed, threads);
        if (drawn is null || acceleration is null)
        {
            return PairedEstimate.Undefined(UndefinedReason.TooFewRows, Method);
        }

        if (drawn.AsSpan().ContainsAnyExcept(drawn[0]))
        {
            return PairedEstimate.Bootstrapped(value, drawn, acceleration.Value, Method);
        }

        return first.HasSameOutputs(second) ? PairedEstimate.Exact(value, Method) : PairedEstimate.Undefined(UndefinedReason.ZeroVariance, Method);
    }

    private static (double[]? Drawn, double? Acceleration) Cells(
        Func<ConfusionCounts, MetricValue> counts, EvaluationSet first, EvaluationSet second, Func<MetricValue, MetricValue, MetricValue> compare,
        int replicates, ulong seed, int threads)
    {
        double[] cells = new double[8];
        for (int i = 0; i < first.Count; i++)
        {
            cells[(first.Labels[i] ? 4 : 0) + (first.Predictions[i] ? 2 : 0) + (second.Predictions[i] ? 1 : 0)]++;
        }

        MetricValue Compare(double[] c) => compare(
            counts(new ConfusionCounts(c[0] + c[1], c[2] + c[3], c[4] + c[5], c[6] + c[7])),
            counts(new ConfusionCounts(c[0] + c[2], c[1] + c[3], c[4] + c[6], c[5] + c[7])));
        MultinomialSampler sampler = new(cells);
        double[]? drawn = Replicates.Draw(replicates, seed, () =>
        {
            double[] buffer = new double[8];
            return random =>
            {
                sampler.Draw(random, first.Count, buffer);
                return Compare(buffer);
            };
        }, threads);
        return (drawn, drawn is null ? null : Replicates.CellAcceleration(cells, Compare));
    }

    private static (double[]? Drawn, double? Acceleration) Rows(
        Metric metric, EvaluationSet first, EvaluationSet second, Func<MetricValue, MetricValue, MetricValue> compare, int replicates, ulong seed, int threads)
    {
        threads = metric.IsCustom ? 1 : threads;
        RowFigure one = RowFigure.For(metric, first), other = RowFigure.For(metric, second);
        MetricValue Compare(byte[] multiplicities) => compare(one.Of(multiplicities), other.Of(multiplicities));
        double[]? drawn = Replicates.Draw(replicates, seed, () =>
        {
            byte[] multiplicities = new byte[first.Count];
            return random =>
            {
                PoissonMultiplicity.Draw(random, multiplicities);
                return Compare(multiplicities);
            };
        }, threads);
        return (drawn, drawn is null ? null : Replicates.RowAcceleration(
            first.Count, (block, blocks, ones) => compare(one.Without(block, blocks, ones), other.Without(block, blocks, ones)), threads));
    }
}
