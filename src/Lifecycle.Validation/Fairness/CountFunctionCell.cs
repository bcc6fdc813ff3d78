using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// A function of a group's four counts, such as F1: taken at counts + ½, with the variance of the delta method (Σ cᵢ gᵢ², g being the
/// slopes), and drawn multinomially.
/// </summary>
internal sealed class CountFunctionCell : GroupCell
{
    private const double Step = 1e-5;
    private const double Smoothing = 0.5;
    private readonly Func<ConfusionCounts, MetricValue> _function;
    private readonly MultinomialSampler _sampler;
    private readonly long _rows;
    private readonly bool _isRatio;

    private CountFunctionCell(string group, Metric metric, ConfusionCounts counts, double plain, bool isRatio)
        : base(group, metric, plain, counts.Total)
    {
        _function = metric.OfCounts!;
        _isRatio = isRatio;
        _rows = (long)counts.Total;
        _sampler = new MultinomialSampler(
            [counts.TrueNegatives + Smoothing, counts.FalsePositives + Smoothing, counts.FalseNegatives + Smoothing, counts.TruePositives + Smoothing]);
        (Estimate, Variance) = At([counts.TrueNegatives, counts.FalsePositives, counts.FalseNegatives, counts.TruePositives]);
    }

    /// <summary>Null when the smoothed figure does not vary, or has no logarithm.</summary>
    public static CountFunctionCell? Of(string group, Metric metric, ConfusionCounts counts, double plain, bool isRatio)
    {
        CountFunctionCell cell = new(group, metric, counts, plain, isRatio);
        return cell.Variance > 0 && double.IsFinite(cell.Variance + cell.Estimate) ? cell : null;
    }

    public override void Draw(RandomStream random, out double estimate, out double variance)
    {
        Span<double> drawn = stackalloc double[4];
        _sampler.Draw(random, _rows, drawn);
        (estimate, variance) = At(drawn);
    }

    private (double Estimate, double Variance) At(ReadOnlySpan<double> counts)
    {
        Span<double> c = stackalloc double[4];
        for (int i = 0; i < 4; i++)
        {
            c[i] = counts[i] + Smoothing;
        }

        double value = Value(c), variance = 0;
        for (int i = 0; i < 4; i++)
        {
            double at = c[i], step = Step * at;
            c[i] = at + step;
            double above = Value(c);
            c[i] = at - step;
            double slope = (above - Value(c)) / (2 * step);
            c[i] = at;
            variance += at * slope * slope;
        }

        return Scale(value, variance, _isRatio);
    }

    private double Value(ReadOnlySpan<double> c) => _function(new ConfusionCounts(c[0], c[1], c[2], c[3])).Or(double.NaN);
}
