namespace Lifecycle.Statistics;

/// <summary>Mean and biased covariance of cos(0.4z), cos(0.8z), sin(0.4z), sin(0.8z), z = value / sigma.</summary>
internal sealed class CharacteristicMoments
{
    private const int Terms = 4;

    public CharacteristicMoments(ReadOnlySpan<double> values, double sigma)
    {
        Span<double> terms = stackalloc double[Terms];
        Span<CompensatedSum> sums = stackalloc CompensatedSum[Terms + Terms * Terms];
        sums.Clear();
        for (int at = 0; at < values.Length; at++)
        {
            Interruption.LookAt(at);
            Evaluate(values[at] / sigma, terms);
            for (int i = 0; i < Terms; i++)
            {
                sums[i].Add(terms[i]);
            }
        }

        for (int i = 0; i < Terms; i++)
        {
            Means[i] = sums[i].Value / values.Length;
        }

        for (int at = 0; at < values.Length; at++)
        {
            Interruption.LookAt(at);
            Evaluate(values[at] / sigma, terms);
            for (int i = 0; i < Terms * Terms; i++)
            {
                sums[Terms + i].Add((terms[i / Terms] - Means[i / Terms]) * (terms[i % Terms] - Means[i % Terms]));
            }
        }

        for (int i = 0; i < Terms * Terms; i++)
        {
            Covariance[i] = sums[Terms + i].Value / values.Length;
        }
    }

    public double[] Means { get; } = new double[Terms];

    public double[] Covariance { get; } = new double[Terms * Terms];

    private static void Evaluate(double z, Span<double> terms)
    {
        (terms[2], terms[0]) = Math.SinCos(0.4 * z);
        (terms[3], terms[1]) = Math.SinCos(0.8 * z);
    }
}
