namespace Lifecycle.Statistics;

/// <summary>
/// Count, mean, spread and range of a stream of finite values, mergeable (Chan, Golub and LeVeque 1979). Mean and spread of a
/// merge agree with those of the joined values to about 1e-12 relative. <c>default</c> is the empty stream.
/// </summary>
/// <param name="Count">Number of values.</param>
/// <param name="Mean">Their mean; 0 when there is none.</param>
/// <param name="SquaredDeviations">Sum of squared deviations from the mean.</param>
/// <param name="Minimum">The least value; meaningless without values.</param>
/// <param name="Maximum">The largest value; meaningless without values.</param>
public readonly partial record struct Moments(long Count, double Mean, double SquaredDeviations, double Minimum, double Maximum)
{
    /// <summary>Variance with divisor Count - 1; NaN below two values.</summary>
    public double Variance => Count < 2 ? double.NaN : SquaredDeviations / (Count - 1);

    /// <summary>Square root of <see cref="Variance"/>.</summary>
    public double StandardDeviation => Math.Sqrt(Variance);

    /// <summary>The moments of values in memory: a pivot is subtracted first, then two passes.</summary>
    /// <param name="values">Values; NaN and infinite ones are left out.</param>
    /// <returns>The moments of the finite values.</returns>
    public static Moments Of(ReadOnlySpan<double> values)
    {
        CompensatedSum sum = default;
        long count = 0;
        double pivot = 0, least = double.PositiveInfinity, largest = double.NegativeInfinity;
        foreach (double value in values)
        {
            if (double.IsFinite(value))
            {
                pivot = count == 0 ? value : pivot;
                sum.Add(value - pivot);
                least = Math.Min(least, value);
                largest = Math.Max(largest, value);
                count++;
            }
        }

        if (count == 0)
        {
            return default;
        }

        double shift = sum.Value / count;
        CompensatedSum squares = default, rest = default;
        long seen = 0;
        foreach (double value in values)
        {
            Interruption.LookAt(seen++);
            double deviation = value - pivot - shift;
            if (double.IsFinite(value))
            {
                squares.Add(deviation * deviation);
                rest.Add(deviation);
            }
        }

        double spread = Math.Max(0, squares.Value - rest.Value * rest.Value / count);
        return new Moments(count, pivot + shift, spread, least, largest);
    }

    /// <summary>The moments after one more value (Welford 1962).</summary>
    /// <param name="value">A finite value; others leave the moments as they are.</param>
    /// <returns>New moments.</returns>
    public Moments Add(double value)
    {
        if (!double.IsFinite(value))
        {
            return this;
        }

        double difference = value - Mean, mean = Mean + difference / (Count + 1);
        return Count == 0
            ? new Moments(1, value, 0, value, value)
            : new Moments(
                Count + 1, mean, SquaredDeviations + difference * (value - mean), Math.Min(Minimum, value), Math.Max(Maximum, value));
    }

    /// <summary>The moments of both streams together.</summary>
    /// <param name="other">The other stream.</param>
    /// <returns>New moments.</returns>
    public Moments Merge(Moments other)
    {
        if (Count == 0 || other.Count == 0)
        {
            return Count == 0 ? other : this;
        }

        double n = Count, m = other.Count, difference = other.Mean - Mean;
        return new Moments(
            Count + other.Count, Mean + difference * (m / (n + m)),
            SquaredDeviations + other.SquaredDeviations + difference * difference * (n * (m / (n + m))),
            Math.Min(Minimum, other.Minimum), Math.Max(Maximum, other.Maximum));
    }
}
