namespace Lifecycle.Drift;

/// <summary>Distances of plain shares as scipy takes them: both rows are divided by their sums first.</summary>
internal static class PlainDistances
{
    /// <summary>Root of the Jensen-Shannon divergence in nats.</summary>
    public static double JensenShannon(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        double sumP = Sum(first), sumQ = Sum(second), left = 0, right = 0;
        for (int i = 0; i < first.Length; i++)
        {
            double p = first[i] / sumP, q = second[i] / sumQ, middle = (p + q) / 2;
            left += Term(p, middle);
            right += Term(q, middle);
        }

        return Math.Sqrt(Math.Max(0, (left + right) / 2));
    }

    /// <summary>√(Σ (√p - √q)²/2), nothing divided.</summary>
    public static double Hellinger(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        double sum = 0;
        for (int i = 0; i < first.Length; i++)
        {
            double difference = Math.Sqrt(first[i]) - Math.Sqrt(second[i]);
            sum += difference * difference;
        }

        return Math.Sqrt(sum) / Math.Sqrt(2);
    }

    private static double Term(double share, double middle) => share == 0 ? 0 : share * Math.Log(share / middle);

    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum;
    }
}
