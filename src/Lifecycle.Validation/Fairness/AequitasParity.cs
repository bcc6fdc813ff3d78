namespace Lifecycle.Validation;

/// <summary>Whether a figure of a group is near enough to that of the reference group, by Aequitas' rule τ ≤ m/mᵣ ≤ 1/τ.</summary>
/// <param name="Group">Key of the group.</param>
/// <param name="Metric">Name of the metric.</param>
/// <param name="Ratio">The figure over that of the reference, or why there is none.</param>
/// <param name="IsFair">Whether the ratio keeps the rule; null when there is no ratio, which is never taken for fair.</param>
public sealed record ParityFinding(string Group, string Metric, MetricValue Ratio, bool? IsFair);

public sealed partial class GroupMetrics
{
    /// <summary>
    /// Aequitas' rule for each group and metric: fair when τ ≤ m/mᵣ ≤ 1/τ. Plain figures without bounds: a rule of thumb to read, not to
    /// judge by; four fair models of five break it when there are ten groups.
    /// </summary>
    /// <param name="reference">Key of the reference group.</param>
    /// <param name="tau">In (0, 1]; 0.8 is the rule of four fifths.</param>
    /// <param name="metrics">
    /// The metrics; Aequitas' own when none is given: selection rate, its share, false discovery, omission, positive and negative rates.
    /// </param>
    /// <exception cref="ArgumentException">There is no such group.</exception>
    public IReadOnlyList<ParityFinding> AequitasParity(string reference, double tau = 0.8, params IReadOnlyList<Metric> metrics)
    {
        if (!(tau > 0 && tau <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(tau), tau, "Tau lies above 0 and at most at 1, for example 0.8.");
        }

        GroupResult other = this[reference];
        List<ParityFinding> findings = [];
        foreach (Metric metric in metrics.Count > 0 ? metrics : OfAequitas)
        {
            foreach (GroupResult group in _groups.Where(g => TakesPart(g) && g.Key != reference))
            {
                MetricValue value = group[metric], against = other[metric];
                MetricValue ratio = !value.IsDefined ? value : !against.IsDefined ? against : Compatibility.Ratio(Options.Compat, value.Value, against.Value);
                findings.Add(new ParityFinding(
                    group.Key, metric.Name, ratio, ratio.IsDefined ? Limits.Reaches(ratio.Value, tau) && Limits.Keeps(ratio.Value, 1 / tau) : null));
            }
        }

        return findings;
    }

    private static IReadOnlyList<Metric> OfAequitas =>
    [
        Metric.SelectionRate, Metric.PredictedPositiveShare, Metric.FalseDiscoveryRate, Metric.FalseOmissionRate, Metric.FalsePositiveRate,
        Metric.FalseNegativeRate,
    ];
}
