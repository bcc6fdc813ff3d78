namespace Lifecycle.Statistics;

/// <summary>What one bin with reference share p and current share q contributes to a distance, and how the distance behaves without drift.</summary>
internal static class BinTerms
{
    public static double PopulationStability(double p, double q) => p == q ? 0 : (p - q) * Math.Log(p / q);

    // q ln(q/p) + p - q: the same sum over all bins, every term at least 0.
    public static double KullbackLeibler(double p, double q) => p > 0 ? SpecialFunctions.Deviance(q, p) : q > 0 ? double.PositiveInfinity : 0;

    public static double JensenShannon(double p, double q)
    {
        double middle = 0.5 * (p + q);
        return middle == 0 ? 0 : 0.5 * (SpecialFunctions.Deviance(p, middle) + SpecialFunctions.Deviance(q, middle));
    }

    public static double SquaredHellinger(double p, double q)
    {
        double difference = Math.Sqrt(p) - Math.Sqrt(q);
        return 0.5 * difference * difference;
    }

    /// <summary>
    /// Mean of the distance without drift per degree of freedom and per κ = 1/n + 1/m: the distance over it is χ² with bins - 1 degrees;
    /// NaN where the distance follows no χ² law.
    /// </summary>
    public static double MeanPerFreedom(BinMeasure measure) => measure switch
    {
        BinMeasure.PopulationStabilityIndex => 1,
        BinMeasure.KullbackLeibler => 1.0 / 2,
        BinMeasure.JensenShannon or BinMeasure.Hellinger => 1.0 / 8,
        _ => double.NaN,
    };

    /// <summary>The distance of two rows of counts: with half a count added to every bin, total variation and L-infinity plain.</summary>
    public static double Value(BinMeasure measure, ReadOnlySpan<long> reference, ReadOnlySpan<long> current, double n, double m)
    {
        double sizeP = n + 0.5 * reference.Length, sizeQ = m + 0.5 * reference.Length, largest = 0;
        CompensatedSum sum = default;
        for (int b = 0; b < reference.Length; b++)
        {
            double p = (reference[b] + 0.5) / sizeP, q = (current[b] + 0.5) / sizeQ, gap;
            switch (measure)
            {
                case BinMeasure.PopulationStabilityIndex:
                    sum.Add(PopulationStability(p, q));
                    break;
                case BinMeasure.KullbackLeibler:
                    sum.Add(KullbackLeibler(p, q));
                    break;
                case BinMeasure.JensenShannon:
                    sum.Add(JensenShannon(p, q));
                    break;
                case BinMeasure.Hellinger:
                    sum.Add(SquaredHellinger(p, q));
                    break;
                default:
                    gap = Math.Abs(reference[b] / n - current[b] / m);
                    sum.Add(0.5 * gap);
                    largest = Math.Max(largest, gap);
                    break;
            }
        }

        return measure == BinMeasure.LInfinity ? largest : Math.Max(0, sum.Value);
    }
}
