namespace Lifecycle.Statistics;

/// <summary>Mean and sum of squared deviations, in two compensated passes about a pivot: values of 1e12 ± 1e3 keep their digits.</summary>
internal readonly record struct SampleMoments(int Count, double Pivot, double Mean, double Squares)
{
    /// <summary>The variance with the divisor n - 1.</summary>
    public double Variance => Squares / (Count - 1);

    /// <summary>Moments about a pivot; <see cref="Mean"/> is the mean less the pivot.</summary>
    public static SampleMoments Of(ReadOnlySpan<double> values, double pivot)
    {
        CompensatedSum sum = default, squares = default, rest = default;
        foreach (double value in values)
        {
            sum.Add(value - pivot);
        }

        double mean = sum.Value / values.Length;
        foreach (double value in values)
        {
            double deviation = value - pivot - mean;
            squares.Add(deviation * deviation);
            rest.Add(deviation);
        }

        return new SampleMoments(values.Length, pivot, mean, Math.Max(0, squares.Value - rest.Value * rest.Value / values.Length));
    }
}
