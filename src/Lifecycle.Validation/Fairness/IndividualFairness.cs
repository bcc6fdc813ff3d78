namespace Lifecycle.Validation;

/// <summary>
/// Inequality of benefits, b = decision - label + 1 of each row: 0 for a miss, 1 for a right decision, 2 for a false alarm
/// (Speicher et al. 2018). μ is the mean benefit; everything follows from counts.
/// </summary>
public static class IndividualFairness
{
    /// <summary>
    /// Mean((b/μ)^α - 1)/(α(α-1)); for α = 1 mean((b/μ) ln(b/μ)) with 0 ln 0 = 0, for α = 0 -mean(ln(b/μ)), undefined when a benefit is 0.
    /// </summary>
    /// <param name="counts">The rows.</param>
    /// <param name="alpha">Finite; 2 is usual.</param>
    /// <param name="compat"><see cref="FairnessCompat.Aif360"/> divides by μ at α = 0, as its code does against its own documentation.</param>
    public static MetricValue GeneralizedEntropy(ConfusionCounts counts, double alpha, FairnessCompat compat = FairnessCompat.None)
    {
        if (!double.IsFinite(alpha))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha is a finite number, for example 2.");
        }

        return Entropy([(counts.FalseNegatives, 0), (counts.TruePositives + counts.TrueNegatives, 1), (counts.FalsePositives, 2)], alpha, compat);
    }

    /// <summary>The Theil index, the generalized entropy at α = 1.</summary>
    public static MetricValue Theil(ConfusionCounts counts) => GeneralizedEntropy(counts, 1);

    /// <summary>√(2 GE(2)).</summary>
    public static MetricValue CoefficientOfVariation(ConfusionCounts counts) => Variation(GeneralizedEntropy(counts, 2));

    /// <summary>The generalized entropy when every row has the mean benefit of its group.</summary>
    /// <param name="groups">The rows of each group.</param>
    /// <param name="alpha">Finite.</param>
    public static MetricValue BetweenGroups(IEnumerable<ConfusionCounts> groups, double alpha) => Entropy(
        [.. groups.Where(g => g.Total > 0).Select(g => (g.Total, (g.Total + g.FalsePositives - g.FalseNegatives) / g.Total))], alpha, FairnessCompat.None);

    internal static MetricValue Variation(MetricValue entropy) => entropy.IsDefined ? MetricValue.Of(Math.Sqrt(2 * Math.Max(0, entropy.Value))) : entropy;

    private static MetricValue Entropy((double Rows, double Benefit)[] parts, double alpha, FairnessCompat compat)
    {
        double rows = parts.Sum(p => p.Rows), mean = parts.Sum(p => p.Rows * p.Benefit) / rows;
        if (!(rows > 0) || mean == 0)
        {
            return MetricValue.Undefined(rows > 0 ? UndefinedReason.ZeroBaseline : UndefinedReason.NoRows);
        }

        double sum = 0;
        foreach ((double count, double benefit) in parts.Where(p => p.Rows > 0))
        {
            double share = benefit / mean;
            sum += count * alpha switch
            {
                1 => share == 0 ? 0 : share * Math.Log(share),
                0 => -Math.Log(share) / (compat == FairnessCompat.Aif360 ? mean : 1),
                _ => (Math.Pow(share, alpha) - 1) / (alpha * (alpha - 1)),
            };
        }

        return MetricValue.Of(Math.Max(0, sum / rows));
    }
}
