namespace Lifecycle.Statistics;

/// <summary>Which side of the null hypothesis a test looks at.</summary>
public enum Alternative
{
    /// <summary>The samples differ in any direction.</summary>
    TwoSided,

    /// <summary>
    /// The first sample's distribution function lies below the second's (Kolmogorov-Smirnov), or its values tend to be less
    /// (Mann-Whitney); the words are scipy's.
    /// </summary>
    Less,

    /// <summary>
    /// The first sample's distribution function lies above the second's (Kolmogorov-Smirnov), or its values tend to be greater
    /// (Mann-Whitney).
    /// </summary>
    Greater,
}

/// <summary>Which law gives the p-value.</summary>
public enum PValueMethod
{
    /// <summary>Exact where that is cheap, else asymptotic; each test says where.</summary>
    Automatic,

    /// <summary>The exact permutation law without ties.</summary>
    Exact,

    /// <summary>The limit law.</summary>
    Asymptotic,

    /// <summary>Scipy's interpolation in the table of Scholz and Stephens (1987), capped to [0.001, 0.25]; Anderson-Darling only.</summary>
    ScholzStephensTable,
}

/// <summary>What an exact law makes of equal values.</summary>
public enum TieRule
{
    /// <summary>The law for continuous values; with ties it is conservative. As scipy.</summary>
    Ignore,

    /// <summary>Exact given the ties: the statistic is looked at only after each run of equal values. As R's psmirnov.</summary>
    Conditional,
}

/// <summary>The outcome of a statistical test.</summary>
/// <param name="Statistic">The test statistic.</param>
/// <param name="PValue">The p-value, in (0, 1]; never 0: where it underflows it is the least positive double.</param>
/// <param name="LogPValue">Natural logarithm of the p-value, finite where <paramref name="PValue"/> underflows.</param>
/// <param name="Method">The law that gave the p-value.</param>
/// <param name="FirstSize">Values of the first sample that were tested.</param>
/// <param name="SecondSize">Values of the second sample that were tested; 0 for tests of one table.</param>
public readonly record struct TestResult(
    double Statistic, double PValue, double LogPValue, PValueMethod Method, long FirstSize, long SecondSize)
{
    internal static TestResult FromLog(double statistic, double logPValue, PValueMethod method, long n, long m)
    {
        double log = Math.Max(Math.Min(0, logPValue), -1e300);
        return new TestResult(statistic, Math.Max(double.Epsilon, Math.Exp(log)), log, method, n, m);
    }
}
