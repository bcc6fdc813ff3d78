using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Run lengths of charts of normal values as absorption times of a Markov chain over cells of the chart's statistic (Brook and
/// Evans 1972).</summary>
internal static class MarkovRunLength
{
    private const int Coarse = 201;
    private const int Fine = 401;
    private const double Longest = 1e14;

    /// <summary>The one-sided sum S = max(0, S + x - k), alarm above h.</summary>
    public static double OfCusum(double slack, double threshold, double shift) => Extrapolate(n =>
    {
        double width = 2 * threshold / (2 * n - 1);
        double[] below = new double[2 * n];
        for (int d = 0; d < below.Length; d++)
        {
            // Up to the upper end of a cell d - (n - 1) cells above.
            below[d] = NormalDistribution.Cdf((d - n + 1.5) * width + slack - shift);
        }

        double[,] stays = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            stays[i, 0] = below[n - 1 - i];
            for (int j = 1; j < n; j++)
            {
                stays[i, j] = below[n - 1 + j - i] - below[n - 2 + j - i];
            }
        }

        return Times(stays)[0];
    });

    /// <summary>The average Z = λ x + (1 - λ) Z from 0, alarm outside ± L √(λ/(2-λ)), or the narrower limits of the first values.</summary>
    public static double OfEwma(double weight, double limit, double shift, bool isSteady) => Extrapolate(n =>
    {
        double edge = limit * Math.Sqrt(weight / (2 - weight)), width = 2 * edge / n;
        double[,] stays = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            double carried = (1 - weight) * (-edge + (i + 0.5) * width), before = NormalDistribution.Cdf((-edge - carried) / weight - shift);
            for (int j = 0; j < n; j++)
            {
                double upTo = NormalDistribution.Cdf((-edge + (j + 1) * width - carried) / weight - shift);
                stays[i, j] = upTo - before;
                before = upTo;
            }
        }

        return isSteady ? Times((double[,])stays.Clone())[n / 2] : WithGrowingLimits(stays, weight, edge, width);
    });

    private static double WithGrowingLimits(double[,] stays, double weight, double edge, double width)
    {
        int n = stays.GetLength(0);
        double[] times = Times((double[,])stays.Clone()), mass = new double[n], next = new double[n];
        mass[n / 2] = 1;
        double length = 0, decay = 1, step = (1 - weight) * (1 - weight);
        while (decay > 1e-9)
        {
            length += mass.Sum();
            decay *= step;
            double limit = edge * Math.Sqrt(1 - decay);
            next.AsSpan().Clear();
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    next[j] += mass[i] * stays[i, j];
                }
            }

            for (int j = 0; j < n; j++)
            {
                // The part of the cell that lies inside the limits.
                double low = Math.Max(-edge + j * width, -limit), high = Math.Min(-edge + (j + 1) * width, limit);
                next[j] *= Math.Clamp((high - low) / width, 0, 1);
            }

            (mass, next) = (next, mass);
        }

        for (int i = 0; i < n; i++)
        {
            length += mass[i] * times[i];
        }

        return length;
    }

    private static double Extrapolate(Func<int, double> lengthWith)
    {
        double coarse = lengthWith(Coarse), fine = lengthWith(Fine), a = (double)Coarse * Coarse, b = (double)Fine * Fine;
        double length = (b * fine - a * coarse) / (b - a);

        // Beyond, 1 less the probability to stay has too few digits, and the length may even be negative.
        return length is > 0 and < Longest && coarse is > 0 and < Longest ? length : double.PositiveInfinity;
    }

    /// <summary>Solves (I - Q) t = 1 by elimination; Q is overwritten. Rows sum to less than 1, so no pivoting is needed.</summary>
    private static double[] Times(double[,] q)
    {
        int n = q.GetLength(0);
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++)
        {
            double[] row = rows[i] = new double[n + 1];
            for (int j = 0; j < n; j++)
            {
                row[j] = (i == j ? 1 : 0) - q[i, j];
            }

            row[n] = 1;
        }

        for (int pivot = 0; pivot < n; pivot++)
        {
            double[] lead = rows[pivot];
            for (int i = pivot + 1; i < n; i++)
            {
                double factor = rows[i][pivot] / lead[pivot];
                if (factor != 0)
                {
                    Subtract(rows[i].AsSpan(pivot), lead.AsSpan(pivot), factor);
                }
            }
        }

        double[] times = new double[n];
        for (int i = n - 1; i >= 0; i--)
        {
            double sum = rows[i][n];
            for (int j = i + 1; j < n; j++)
            {
                sum -= rows[i][j] * times[j];
            }

            times[i] = sum / rows[i][i];
        }

        return times;
    }

    private static void Subtract(Span<double> row, ReadOnlySpan<double> lead, double factor)
    {
        for (int j = 0; j < row.Length; j++)
        {
            row[j] -= factor * lead[j];
        }
    }
}
