namespace Lifecycle.Validation;

public static partial class GateBuilderExtensions
{
    /// <summary>Asks that the model is not worse than the baseline by more than a margin (non-inferiority).</summary>
    /// <param name="builder">The gate.</param>
    /// <param name="metric">
    /// A metric that has a better side. Paired by rows: the area under the ROC curve by DeLong, shares of the same rows by Agresti-Min,
    /// means by Student t, anything else by the bootstrap.
    /// </param>
    /// <param name="margin">How much worse is still allowed, at least 0.</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    public static TBuilder RequireNotWorse<TBuilder>(this TBuilder builder, Metric metric, double margin, double? confidence = null)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(metric);
        return builder.With(new BaselineRequirement(metric, BaselineRequirement.NotWorse, -margin, builder.ConfidenceOr(confidence)));
    }

    /// <summary>Asks that the model is better than the baseline by at least so much.</summary>
    /// <param name="builder">The gate.</param>
    /// <param name="metric">A metric that has a better side; compared as in <see cref="RequireNotWorse"/>.</param>
    /// <param name="by">How much better, at least 0.</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    public static TBuilder RequireBetter<TBuilder>(this TBuilder builder, Metric metric, double by = 0, double? confidence = null)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(metric);
        return builder.With(new BaselineRequirement(metric, BaselineRequirement.Better, by, builder.ConfidenceOr(confidence)));
    }

    /// <summary>
    /// Asks for a change from the baseline: the metric minus the baseline's, turned so that positive is better, or that over the size of
    /// the baseline's. A negative limit allows a loss. A relative change from 0 is undefined and does not pass.
    /// </summary>
    /// <param name="builder">The gate.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="atLeast">The least change, of any sign; the lower bound must reach it.</param>
    /// <param name="relative">Whether the change is divided by the size of the baseline's value.</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    public static TBuilder RequireChange<TBuilder>(this TBuilder builder, Metric metric, double atLeast, bool relative = false, double? confidence = null)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(metric);
        return builder.With(new BaselineRequirement(metric, BaselineRequirement.Change, atLeast, builder.ConfidenceOr(confidence), relative));
    }

    /// <summary>
    /// Asks that the metric is at least so many times that of the baseline; undefined, and no pass, when the baseline's is 0 or below.
    /// </summary>
    /// <param name="builder">The gate.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="atLeast">The least ratio, above 0; the lower bound must reach it.</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    public static TBuilder RequireRatioToBaseline<TBuilder>(this TBuilder builder, Metric metric, double atLeast, double? confidence = null)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(metric);
        return builder.With(new RatioRequirement(metric, atLeast, builder.ConfidenceOr(confidence)));
    }

    /// <summary>Asks that the metric lies within so much of the baseline's on both sides (two one-sided tests).</summary>
    /// <param name="builder">The gate.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="within">How far away it may be, above 0.</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    public static TBuilder RequireEquivalent<TBuilder>(this TBuilder builder, Metric metric, double within, double? confidence = null)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(metric);
        return builder.With(new EquivalentRequirement(metric, within, builder.ConfidenceOr(confidence)));
    }

    /// <summary>
    /// Asks that the metric is never below what was once accepted: the bound must reach the best accepted value, less a slack.
    /// </summary>
    /// <param name="builder">The gate.</param>
    /// <param name="metric">A metric that has a better side.</param>
    /// <param name="history">Values that were accepted before; without any it is a first run.</param>
    /// <param name="slack">How much below the best is allowed, at least 0.</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    public static TBuilder RequireRatchet<TBuilder>(
        this TBuilder builder, Metric metric, IReadOnlyList<double> history, double slack = 0, double? confidence = null)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentNullException.ThrowIfNull(history);
        return builder.With(new RatchetRequirement(metric, [.. history], slack, builder.ConfidenceOr(confidence)));
    }
}
