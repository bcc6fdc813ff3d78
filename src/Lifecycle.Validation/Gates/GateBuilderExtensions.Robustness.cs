namespace Lifecycle.Validation;

public static partial class GateBuilderExtensions
{
    /// <summary>
    /// Asks that a metric drops by at most so much on changed inputs; needs features and the model. For the checks the limit means
    /// something else: of <see cref="Perturbation.WorstShare"/> it is the loss beyond the mean loss, of
    /// <see cref="Perturbation.ProtectedFlip"/> the share of turned decisions, and <see cref="Perturbation.BatchInvariance"/> allows no
    /// difference whatever the limit.
    /// </summary>
    /// <param name="builder">The gate.</param>
    /// <param name="perturbation">How inputs change.</param>
    /// <param name="maxDrop">The greatest drop allowed, in [0, 1]; the upper bound must keep it.</param>
    /// <param name="metric">The area under the ROC curve (default) or a share of rows such as accuracy.</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    public static TBuilder RequireRobust<TBuilder>(
        this TBuilder builder, Perturbation perturbation, double maxDrop, Metric? metric = null, double? confidence = null)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(perturbation);
        return builder.With(new RobustRequirement(perturbation, maxDrop, metric ?? Metric.AreaUnderRoc, builder.ConfidenceOr(confidence)));
    }

    /// <summary>
    /// Asks the same under each perturbation of a suite. It passes when all upper bounds keep the limit, each at the confidence; it fails
    /// when a lower bound breaks it at the confidence divided among the perturbations (Bonferroni), so that more perturbations bring no
    /// false alarms.
    /// </summary>
    /// <param name="builder">The gate.</param>
    /// <param name="suite">The perturbations.</param>
    /// <param name="maxDrop">The greatest drop allowed, in [0, 1].</param>
    /// <param name="metric">The area under the ROC curve (default) or a share of rows such as accuracy.</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    public static TBuilder RequireRobust<TBuilder>(
        this TBuilder builder, PerturbationSuite suite, double maxDrop, Metric? metric = null, double? confidence = null)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(suite);
        return builder.With(new RobustRequirement(suite, maxDrop, metric ?? Metric.AreaUnderRoc, builder.ConfidenceOr(confidence)));
    }

    /// <summary>Asks that an attack turns at most so many of the right decisions; needs features and the model.</summary>
    /// <param name="builder">The gate.</param>
    /// <param name="attack">The attack, with its budget and the greatest cost that counts.</param>
    /// <param name="maxSuccess">The greatest share of turned decisions, in [0, 1]; the upper bound (Wilson) must keep it.</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    public static TBuilder RequireWithstands<TBuilder>(this TBuilder builder, Attack attack, double maxSuccess, double? confidence = null)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(attack);
        return builder.With(new WithstandsRequirement(attack, maxSuccess, builder.ConfidenceOr(confidence)));
    }
}
