namespace Lifecycle.Statistics;

/// <summary>A distance between two samples with its significance.</summary>
/// <param name="Value">The distance, at least 0.</param>
/// <param name="PValue">The p-value of no difference: (1 + draws at or above the value)/(1 + draws), so never 0.</param>
/// <param name="LogPValue">Natural logarithm of the p-value.</param>
/// <param name="Law">What the draws are.</param>
/// <param name="Draws">Number of draws.</param>
public readonly record struct SampleDistance(double Value, double PValue, double LogPValue, DistanceLaw Law, int Draws)
{
    internal static SampleDistance Of(double value, int reached, DistanceLaw law, int draws)
    {
        double p = (1.0 + reached) / (draws + 1.0);
        return new SampleDistance(value, p, Math.Log(p), law, draws);
    }
}
