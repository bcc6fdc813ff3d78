namespace Lifecycle.Statistics;

public static partial class KolmogorovDistribution
{
    private const int SummedEnds = 512;
    private const int SummedWhole = 10_000;
    private const double Window = 50;

    /// <summary>
    /// ln S(n, x), S = x Σ_{j=0}^{⌊n(1-x)⌋} C(n,j) (x + j/n)^(j-1) (1 - x - j/n)^(n-j) = P(D+ ≥ x) (Smirnov 1944). A term is a
    /// binomial probability over x + j/n. Only the window where terms are within e⁻⁵⁰ of the largest is summed; where that
    /// window is long, its smooth middle is an integral: midpoint rule with the end correction -(f'(b) - f'(a))/24.
    /// </summary>
    internal static double LogOneSided(long n, double x)
    {
        long last = (long)Math.Floor(n * (1 - x));
        double largest = LargestTerm(n, x, last, out long mode);
        long from = Edge(n, x, largest, mode, 0), to = Edge(n, x, largest, mode, last);
        double sum = 0;
        if (to - from < SummedWhole)
        {
            sum = SumTerms(n, x, largest, from, to);
        }
        else
        {
            // An end that the window cut off holds nothing; one at which the sum itself ends does.
            long low = LogTerm(n, x, from) > largest - Window ? SummedEnds : 0, high = LogTerm(n, x, to) > largest - Window ? SummedEnds : 0;
            sum = SumTerms(n, x, largest, from, from + low - 1) + SumTerms(n, x, largest, to - high + 1, to)
                + Middle(n, x, largest, from + low - 0.5, to - high + 0.5);
        }

        return Math.Log(x) + largest + Math.Log(sum);
    }

    private static double LogTerm(long n, double x, double j)
    {
        double q = x + j / n, rest = n - j;
        return SpecialFunctions.LogBinomialTerm(j, rest, q, Math.Max(rest / n - x, 1e-300)) - Math.Log(q);
    }

    private static double LargestTerm(long n, double x, long last, out long mode)
    {
        long low = 0, high = last;
        while (high - low > 2)
        {
            long left = low + (high - low) / 3, right = high - (high - low) / 3;
            (low, high) = LogTerm(n, x, left) < LogTerm(n, x, right) ? (left, high) : (low, right);
        }

        (double value, mode) = (double.NegativeInfinity, low);
        foreach (long j in (ReadOnlySpan<long>)[0, last, low, low + 1, high])
        {
            double term = LogTerm(n, x, Math.Min(j, last));
            (value, mode) = term > value ? (term, Math.Min(j, last)) : (value, mode);
        }

        return value;
    }

    private static long Edge(long n, double x, double largest, long inside, long outside)
    {
        if (LogTerm(n, x, outside) > largest - Window)
        {
            return outside;
        }

        while (Math.Abs(outside - inside) > 1)
        {
            long middle = inside + (outside - inside) / 2;
            (inside, outside) = LogTerm(n, x, middle) > largest - Window ? (middle, outside) : (inside, middle);
        }

        return outside;
    }

    private static double SumTerms(long n, double x, double largest, long from, long to)
    {
        double sum = 0;
        for (long j = from; j <= to; j++)
        {
            sum += Math.Exp(LogTerm(n, x, j) - largest);
        }

        return sum;
    }

    private static double Middle(long n, double x, double largest, double a, double b)
    {
        const int Panels = 8;
        double centre = 0.5 * (a + b), half = 0.5 * (b - a), sum = 0, width = Math.PI / Panels;
        for (int p = 0; p < Panels; p++)
        {
            for (int i = 0; i < GaussLegendre.Nodes.Length; i++)
            {
                double angle = width * (p + 0.5 + 0.5 * GaussLegendre.Nodes[i]);
                double j = centre - half * Math.Cos(angle);
                sum += GaussLegendre.Weights[i] * Math.Exp(LogTerm(n, x, j) - largest) * half * Math.Sin(angle);
            }
        }

        return sum * 0.5 * width - (Slope(n, x, largest, b) - Slope(n, x, largest, a)) / 24;
    }

    private static double Slope(long n, double x, double largest, double j) =>
        Math.Exp(LogTerm(n, x, j + 0.5) - largest) - Math.Exp(LogTerm(n, x, j - 0.5) - largest);
}
