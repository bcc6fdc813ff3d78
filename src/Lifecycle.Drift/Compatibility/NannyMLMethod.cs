namespace Lifecycle.Drift;

/// <summary>NannyML's univariate drift methods. A chunk alarms above the limit that the reference's own chunks give.</summary>
public enum NannyMLMethod
{
    /// <summary>
    /// <c>jensen_shannon</c>, the default: root of the Jensen-Shannon divergence in bits, on Doane's bins of the reference or its labels, and one for
    /// the rest.
    /// </summary>
    JensenShannon,

    /// <summary><c>hellinger</c>: √(Σ(√p - √q)²/2) on the same bins.</summary>
    Hellinger,

    /// <summary><c>kolmogorov_smirnov</c>: largest distance of the distribution functions. Numbers.</summary>
    KolmogorovSmirnov,

    /// <summary><c>wasserstein</c>: Wasserstein-1 distance in the column's own unit. Numbers.</summary>
    Wasserstein,

    /// <summary><c>l_infinity</c>: largest difference of a label's share. Labels.</summary>
    LInfinity,

    /// <summary><c>chi2</c>: chi-square of the table of counts, with Yates' correction for two labels; alarms by its p-value, below .05. Labels.</summary>
    ChiSquare,
}
