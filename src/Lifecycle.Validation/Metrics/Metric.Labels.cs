using static Lifecycle.Validation.Direction;

namespace Lifecycle.Validation;

public sealed partial class Metric
{
    /// <summary>(Nᵤ - Nₚ)/(Nᵤ + Nₚ): above 0 when the group has more rows than the reference. Needs no model.</summary>
    /// <param name="by">The attribute.</param>
    /// <param name="group">The group u.</param>
    /// <param name="reference">The reference group p.</param>
    public static Metric ClassImbalance(string by, string group, string reference) => OfLabels(
        nameof(ClassImbalance), "imbalance of rows", Neither, -1, 1, [by], [by, group, reference],
        new CellTable(set => LabelMetrics.Pair(set, by, group, reference), LabelMetrics.Imbalance));

    /// <summary>
    /// Σ Pₚ ln(Pₚ/Pᵤ) over the labels: how far the labels of the group are from those of the reference (Kullback-Leibler). Needs no model;
    /// undefined when the group lacks a label that the reference has.
    /// </summary>
    /// <param name="by">The attribute.</param>
    /// <param name="group">The group u.</param>
    /// <param name="reference">The reference group p.</param>
    public static Metric LabelDivergence(string by, string group, string reference) => OfLabels(
        nameof(LabelDivergence), "divergence of labels", LowerIsBetter, 0, double.PositiveInfinity, [by], [by, group, reference],
        new CellTable(set => LabelMetrics.Pair(set, by, group, reference), LabelMetrics.Divergence));

    /// <summary>
    /// Within each stratum the share of the group among the negative labels minus its share among the positive ones, averaged by the rows of
    /// the strata (Wachter, Mittelstadt and Russell 2021). Needs no model; undefined when a stratum lacks one of the labels.
    /// </summary>
    /// <param name="by">The attribute.</param>
    /// <param name="group">The group.</param>
    /// <param name="within">The attribute that forms the strata.</param>
    public static Metric ConditionalDemographicDisparity(string by, string group, string within) => OfLabels(
        nameof(ConditionalDemographicDisparity), "demographic disparity of labels within strata", LowerIsBetter, -1, 1, [by, within], [by, group, within],
        new CellTable(set => LabelMetrics.Strata(set, by, group, within), LabelMetrics.ConditionalDisparity));

    private static Metric OfLabels(
        string family, string words, Direction direction, double minimum, double maximum, string[] attributes, string[] arguments, CellTable table)
    {
        if (arguments.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException($"{family}: attributes and groups need names.");
        }

        return Tabled(MetricName.Of(family, arguments), words, direction, minimum, maximum, attributes, MetricKinds.Binary, table);
    }
}
