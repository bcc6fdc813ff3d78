using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// One rate of one group: x successes of n, smoothed to (x+1)/(n+2), with its variance on the scale in use; drawn binomially.
/// </summary>
internal sealed class RateCell : GroupCell
{
    private readonly bool _isRatio;
    private readonly double _trials;
    private readonly BinomialSampler _sampler;

    public RateCell(string group, Metric metric, long successes, long trials, bool isRatio)
        : base(group, metric, (double)successes / trials, trials)
    {
        _isRatio = isRatio;
        _trials = trials + 2.0;
        _sampler = new BinomialSampler(trials, (successes + 1.0) / (trials + 2.0));
        Smooth(successes, out double estimate, out double variance);
        Estimate = estimate;
        Variance = variance;
    }

    public override void Draw(RandomStream random, out double estimate, out double variance) => Smooth(_sampler.Next(random), out estimate, out variance);

    private void Smooth(long successes, out double estimate, out double variance)
    {
        double p = (successes + 1) / _trials;
        estimate = _isRatio ? Math.Log(p) : p;
        variance = _isRatio ? (1 - p) / (p * _trials) : p * (1 - p) / _trials;
    }
}
