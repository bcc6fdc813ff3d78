namespace Lifecycle.Statistics;

public static partial class AndersonDarling
{
    private const double LimitVariance = 2 * (Math.PI * Math.PI - 9) / 3;

    /// <summary>Variance of A² under equality for two samples (Scholz and Stephens 1987, k = 2).</summary>
    private static double Variance(long firstSize, long secondSize)
    {
        double n = firstSize + secondSize;
        if (n < 4)
        {
            return LimitVariance;
        }

        double k = 1.0 / firstSize + 1.0 / secondSize, h = Harmonic(n), g = DoubleSum(n, h);
        double a = 4 * g - 6 + (10 - 6 * g) * k;
        double b = 4 * (2 * g - 4) + 8 * h + (2 * g - 14 * h - 4) * k + 4 * g - 6;
        double c = 4 * (6 * h + 2 * g - 2) + 2 * (4 * h - 4 * g + 6) + (2 * h - 6) * k + 4 * h;
        double d = 4 * (2 * h + 6) - 8 * h;
        return (((a * n + b) * n + c) * n + d) / ((n - 1) * (n - 2) * (n - 3));
    }

    /// <summary>Σ 1/i for i below n.</summary>
    private static double Harmonic(double n)
    {
        if (n >= 1000)
        {
            return Math.Log(n) + 0.577215664901532860606512 - 0.5 / n - 1 / (12 * n * n) + 1 / (120 * n * n * n * n);
        }

        double sum = 0;
        for (double i = n - 1; i >= 1; i--)
        {
            sum += 1 / i;
        }

        return sum;
    }

    /// <summary>Σ over i &lt; j &lt; n of 1/((n - i) j); the expansion holds to 1e-12 from 1000 on.</summary>
    private static double DoubleSum(double n, double h)
    {
        if (n >= 1000)
        {
            return Math.PI * Math.PI / 6 - (2 * h + 1 + 1 / (2 * n) + 1 / (6 * n * n)) / n;
        }

        double sum = 0, tail = 0;
        for (double i = n - 2; i >= 1; i--)
        {
            tail += 1 / (i + 1);
            sum += tail / (n - i);
        }

        return sum;
    }
}
