namespace Lifecycle.Drift;

/// <summary>
/// Distances between the two rows of a table of counts, all in one pass. Those with logarithms add half a count to every class, and their
/// corrected forms take off the mean under no drift: (B - 1)(1/n + 1/m) times 1 (PSI), ½ (KL), ⅛ (JSD and H²).
/// </summary>
internal readonly record struct TableEffects
{
    private TableEffects(CountTable table)
    {
        double n = table.ReferenceTotal, m = table.CurrentTotal, half = 0.5 * table.Classes;
        double psi = 0, kullback = 0, jensen = 0, affinity = 0, variation = 0, largest = 0, pearson = 0;
        double least = double.PositiveInfinity, size = n + m;
        for (int b = 0; b < table.Classes; b++)
        {
            double a = table.Reference[b], c = table.Current[b];
            double p = (a + 0.5) / (n + half), q = (c + 0.5) / (m + half), middle = 0.5 * (p + q), log = Math.Log(q / p);
            psi += (q - p) * log;
            kullback += q * log;
            jensen += 0.5 * (p * Math.Log(p / middle) + q * Math.Log(q / middle));
            affinity += Square(Math.Sqrt(p) - Math.Sqrt(q));
            double apart = Math.Abs(a / n - c / m), expected = (a + c) / size;
            variation += apart;
            largest = Math.Max(largest, apart);
            pearson += Square(a - n * expected) / (n * expected) + Square(c - m * expected) / (m * expected);
            least = Math.Min(least, Math.Min(n, m) * expected);
        }

        double unit = (table.Classes - 1) * (1 / n + 1 / m);
        StabilityIndex = psi;
        StabilityIndexCorrected = Math.Max(0, psi - unit);
        KullbackLeibler = Math.Max(0, kullback);
        KullbackLeiblerCorrected = Math.Max(0, kullback - unit / 2);
        JensenShannon = Math.Max(0, jensen);
        JensenShannonCorrected = Math.Max(0, jensen - unit / 8);
        Hellinger = Math.Sqrt(0.5 * affinity);
        HellingerCorrected = Math.Sqrt(Math.Max(0, 0.5 * affinity - unit / 8));
        TotalVariation = 0.5 * variation;
        LargestDifference = largest;
        Pearson = pearson;
        LeastExpected = least;
    }

    public double StabilityIndex { get; }

    public double StabilityIndexCorrected { get; }

    public double KullbackLeibler { get; }

    public double KullbackLeiblerCorrected { get; }

    public double JensenShannon { get; }

    public double JensenShannonCorrected { get; }

    public double Hellinger { get; }

    public double HellingerCorrected { get; }

    public double TotalVariation { get; }

    public double LargestDifference { get; }

    /// <summary>Pearson's chi-square without continuity correction.</summary>
    public double Pearson { get; }

    /// <summary>Least expected count of a cell.</summary>
    public double LeastExpected { get; }

    public static TableEffects Of(CountTable table) => new(table);

    private static double Square(double x) => x * x;
}
