using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>One rate of one group: x successes of n, smoothed to (x+1)/(n+2), with its variance on the scale in use.</summary>
internal sealed class RateCell
{
    private readonly bool _isRatio;

    public RateCell(string group, Metric metric, long successes, long trials, bool isRatio)
    {
        Group = group;
        Metric = metric;
        Successes = successes;
        Trials = trials;
        _isRatio = isRatio;
        (Estimate, Variance) = Smooth(successes, trials, isRatio);
        Sampler = new BinomialSampler(trials, (successes + 1.0) / (trials + 2.0));
    }

    public string Group { get; }

    public Metric Metric { get; }

    public long Successes { get; }

    public long Trials { get; }

    public double Plain => (double)Successes / Trials;

    public double Estimate { get; }

    public double Variance { get; }

    private BinomialSampler Sampler { get; }

    public (double Estimate, double Variance) Draw(RandomStream random) => Smooth(Sampler.Next(random), Trials, _isRatio);

    private static (double Estimate, double Variance) Smooth(long successes, long trials, bool isRatio)
    {
        double n = trials + 2.0, p = (successes + 1) / n;
        return isRatio ? (Math.Log(p), (1 - p) / (p * n)) : (p, p * (1 - p) / n);
    }
}

/// <summary>A weighted sum of rates that is 0 when groups are alike.</summary>
internal sealed class Contrast
{
    public Contrast(string first, string second, Metric metric, int[] cells, double[] weights, RateCell[] all)
    {
        First = first;
        Second = second;
        Metric = metric;
        Cells = cells;
        Weights = weights;
        (Estimate, Variance) = Of(c => (all[c].Estimate, all[c].Variance));
    }

    public string First { get; }

    public string Second { get; }

    public Metric Metric { get; }

    public int[] Cells { get; }

    public double[] Weights { get; }

    public double Estimate { get; }

    public double Variance { get; }

    public double Distance => Math.Abs(Estimate);

    public double Error => Math.Sqrt(Variance);

    public (double Estimate, double Variance) Of(Func<int, (double Estimate, double Variance)> cell)
    {
        double estimate = 0, variance = 0;
        for (int i = 0; i < Cells.Length; i++)
        {
            (double e, double v) = cell(Cells[i]);
            estimate += Weights[i] * e;
            variance += Weights[i] * Weights[i] * v;
        }

        return (estimate, variance);
    }
}
