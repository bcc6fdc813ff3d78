using static Lifecycle.Validation.Direction;

namespace Lifecycle.Validation;

public sealed partial class Metric
{
    /// <summary>Inequality of benefits, see <see cref="IndividualFairness"/>; the generalized entropy at α = 1.</summary>
    public static Metric Theil { get; } = Inequality(nameof(Theil), "Theil index of benefits", IndividualFairness.Theil);

    /// <summary>√(2 GE(2)) of benefits.</summary>
    public static Metric CoefficientOfVariation { get; } =
        Inequality(nameof(CoefficientOfVariation), "coefficient of variation of benefits", IndividualFairness.CoefficientOfVariation);

    /// <summary>Inequality of benefits with weight on the ends by α, see <see cref="IndividualFairness.GeneralizedEntropy"/>.</summary>
    /// <param name="alpha">Finite; 2 is usual.</param>
    public static Metric GeneralizedEntropy(double alpha)
    {
        RequireFinite(alpha);
        string name = MetricName.Of(nameof(GeneralizedEntropy), MetricName.Number(alpha));
        return Inequality(name, "generalized entropy of benefits", c => IndividualFairness.GeneralizedEntropy(c, alpha));
    }

    /// <summary>The part of the generalized entropy that lies between groups. Rows without a value of an attribute take no part.</summary>
    /// <param name="alpha">Finite; 2 is usual.</param>
    /// <param name="by">The attributes that form the groups.</param>
    public static Metric BetweenGroupGeneralizedEntropy(double alpha, params string[] by)
    {
        RequireFinite(alpha);
        string name = MetricName.Of(nameof(BetweenGroupGeneralizedEntropy), [MetricName.Number(alpha), .. by]);
        return ByGroup(name, "generalized entropy of benefits between groups", by, groups => IndividualFairness.BetweenGroups(groups, alpha));
    }

    /// <summary>The part of the Theil index that lies between groups.</summary>
    /// <param name="by">The attributes that form the groups.</param>
    public static Metric BetweenGroupTheil(params string[] by) =>
        ByGroup(MetricName.Of(nameof(BetweenGroupTheil), by), "Theil index of benefits between groups", by,
            groups => IndividualFairness.BetweenGroups(groups, 1));

    /// <summary>√(2 GE(2)) between groups.</summary>
    /// <param name="by">The attributes that form the groups.</param>
    public static Metric BetweenGroupCoefficientOfVariation(params string[] by) => ByGroup(
        MetricName.Of(nameof(BetweenGroupCoefficientOfVariation), by), "coefficient of variation of benefits between groups", by,
        groups => IndividualFairness.Variation(IndividualFairness.BetweenGroups(groups, 2)));

    /// <summary>
    /// Greatest distance of ln r and of ln(1-r) between groups, r = (positive decisions + 1/2)/(rows + 1) (Foulds et al. 2020). Groups without
    /// rows take no part.
    /// </summary>
    /// <param name="by">The attributes that form the groups.</param>
    public static Metric DifferentialFairness(params string[] by) => ByGroup(
        MetricName.Of(nameof(DifferentialFairness), by), "differential fairness of decisions", by,
        groups => DifferentialFairnessMetrics.Of(groups, c => c.PredictedPositives));

    /// <summary>The same of the labels.</summary>
    /// <param name="by">The attributes that form the groups.</param>
    public static Metric DifferentialFairnessOfLabels(params string[] by) => ByGroup(
        MetricName.Of(nameof(DifferentialFairnessOfLabels), by), "differential fairness of labels", by,
        groups => DifferentialFairnessMetrics.Of(groups, c => c.Positives));

    /// <summary>That of the decisions minus that of the labels: above 0 the model adds to what the labels hold.</summary>
    /// <param name="by">The attributes that form the groups.</param>
    public static Metric DifferentialFairnessAmplification(params string[] by) => ByGroup(
        MetricName.Of(nameof(DifferentialFairnessAmplification), by), "differential fairness that the model adds", by,
        DifferentialFairnessMetrics.Amplification, double.NegativeInfinity);

    private static Metric Inequality(string name, string words, Func<ConfusionCounts, MetricValue> compute) =>
        Counted(name, words, LowerIsBetter, 0, double.PositiveInfinity, compute);

    private static Metric ByGroup(string name, string words, string[] by, Func<IReadOnlyList<ConfusionCounts>, MetricValue> figure, double minimum = 0)
    {
        if (by.Length == 0 || by.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException($"{name}: name at least one attribute, for example \"race\".", nameof(by));
        }

        string[] attributes = [.. by];
        CellTable table = new(set => GroupCells.Of(set, attributes), counts => figure(GroupCells.Split(counts)));
        return Tabled(name, words, LowerIsBetter, minimum, double.PositiveInfinity, attributes, MetricKinds.Binary, table);
    }

    private static void RequireFinite(double alpha)
    {
        if (!double.IsFinite(alpha))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha is a finite number, for example 2.");
        }
    }
}
