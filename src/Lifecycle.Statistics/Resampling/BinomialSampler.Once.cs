namespace Lifecycle.Statistics;

public readonly partial struct BinomialSampler
{
    /// <summary>
    /// Draws one count of Binomial(n, p) without preparing more, for n and p that change with every draw: the term of the mode is worked
    /// out only when the quick acceptance of transformed rejection fails.
    /// </summary>
    /// <param name="n">Trials, at least 1.</param>
    /// <param name="p">Probability of a success, in [0, 1].</param>
    /// <param name="random">Where the randomness comes from.</param>
    internal static long Draw(long n, double p, RandomStream random)
    {
        bool mirrored = p > 0.5;
        double least = mirrored ? 1 - p : p;
        long draw = least <= 0 ? 0
            : n * least < 10 ? Invert(n, least, Math.Exp(n * SpecialFunctions.Log1p(-least)), random)
            : Reject(n, least, random);
        return mirrored ? n - draw : draw;
    }

    private static long Reject(long n, double p, RandomStream random)
    {
        double spread = Math.Sqrt(n * p * (1 - p));
        double b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p, c = n * p + 0.5;
        double quick = 0.92 - 4.2 / b, mode = -1, modeTerm = double.NaN;
        while (true)
        {
            double u = random.NextDouble() - 0.5, v = 1 - random.NextDouble();
            double us = 0.5 - Math.Abs(u);
            double k = Math.Floor((2 * a / us + b) * u + c);
            if (us >= 0.07 && v <= quick)
            {
                return (long)k;
            }

            if (k < 0 || k > n)
            {
                continue;
            }

            mode = mode < 0 ? Math.Floor((n + 1) * p) : mode;
            v *= (2.83 + 5.1 / b) * spread / (a / (us * us) + b);
            if (Squeeze(k, v, mode, n, p) is { } isBelow)
            {
                if (isBelow)
                {
                    return (long)k;
                }

                continue;
            }

            if (double.IsNaN(modeTerm))
            {
                modeTerm = SpecialFunctions.LogBinomialTerm(mode, n - mode, p, 1 - p);
            }

            if (Math.Log(v) <= SpecialFunctions.LogBinomialTerm(k, n - k, p, 1 - p) - modeTerm)
            {
                return (long)k;
            }
        }
    }

    /// <summary>
    /// Whether v lies below P(k)/P(mode), told without the probabilities: by their recursion near the mode, by the bounds of
    /// Kachitvichyanukul and Schmeiser (1988) elsewhere; null when the bounds cannot tell.
    /// </summary>
    private static bool? Squeeze(double k, double v, double mode, double n, double p)
    {
        const int Near = 15;
        double distance = Math.Abs(k - mode), odds = p / (1 - p), top = (n + 1) * odds;
        if (distance <= Near)
        {
            double ratio = 1;
            if (k > mode)
            {
                for (double i = mode + 1; i <= k; i++)
                {
                    ratio *= top / i - odds;
                }

                return v <= ratio;
            }

            for (double i = k + 1; i <= mode; i++)
            {
                ratio *= top / i - odds;
            }

            return v * ratio <= 1;
        }

        double variance = n * p * (1 - p);
        if (distance <= 20 || distance >= 0.5 * variance - 1)
        {
            return null;
        }

        double slack = distance / variance * ((distance * (distance / 3 + 0.625) + 1.0 / 6) / variance + 0.5), middle = -distance * distance / (2 * variance);
        double log = Math.Log(v);
        return log < middle - slack ? true : log > middle + slack ? false : null;
    }
}
