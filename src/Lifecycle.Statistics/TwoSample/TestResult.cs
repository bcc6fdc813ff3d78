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

    /// <summary>
    /// The samples do not overlap (or both are constant), where the statistic divides by 0: the chance of that order,
    /// 2/C(n + m, n) for two sides. A result only, not for asking.
    /// </summary>
    CompleteSeparation,

    /// <summary>Too few values or no spread: nothing was tested, the statistic is NaN and p = 1. A result only, not for asking.</summary>
    NotTested,
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
    internal static TestResult NotTested(long n, long m) => new(double.NaN, 1, 0, PValueMethod.NotTested, n, m);

    /// <summary>Of two sides the order of all values and its mirror count, of one side the order alone.</summary>
    internal static TestResult Separated(double sign, Alternative alternative, long n, long m)
    {
        double order = -SpecialFunctions.LogBinomial((double)n + m, n);
        double log = alternative switch
        {
            Alternative.TwoSided => Math.Log(2) + order,
            Alternative.Greater => sign > 0 ? order : 0,
            _ => sign < 0 ? order : 0,
        };
        return FromLog(sign * double.PositiveInfinity, log, PValueMethod.CompleteSeparation, n, m);
    }

    internal static TestResult FromLog(double statistic, double logPValue, PValueMethod method, long n, long m)
    {
        double log = Math.Max(Math.Min(0, logPValue), -1e300);
        return new TestResult(statistic, Math.Max(double.Epsilon, Math.Exp(log)), log, method, n, m);
    }
}
