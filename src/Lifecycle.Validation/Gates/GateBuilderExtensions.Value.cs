namespace Lifecycle.Validation;

public static partial class GateBuilderExtensions
{
    /// <summary>Asks that the decisions are worth more than those of the policy the objective is compared with, in money for 1,000 decisions.</summary>
    /// <param name="builder">The gate.</param>
    /// <param name="objective">What the model is for, recorded before the evaluation.</param>
    /// <param name="upliftAtLeast">
    /// How much more for 1,000 decisions, at least; the lower bound must reach it. The objective's own minimum when null, 0 when it has none.
    /// </param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    public static TBuilder RequireValue<TBuilder>(this TBuilder builder, BusinessObjective objective, decimal? upliftAtLeast = null, double? confidence = null)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(objective);
        return builder.With(new UpliftRequirement(objective, upliftAtLeast, builder.ConfidenceOr(confidence)));
    }

    /// <summary>Asks on some of the rows only. A slice without a row fails.</summary>
    /// <param name="builder">The gate.</param>
    /// <param name="name">What the slice is called in reports.</param>
    /// <param name="where">Which rows.</param>
    /// <param name="requirements">What is asked of them: <c>g => g.Require(Metric.Accuracy, atLeast: 0.80)</c>.</param>
    public static TBuilder OnSlice<TBuilder>(this TBuilder builder, string name, Slice where, Action<GateBuilder> requirements)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(where);
        return builder.With(new SliceRequirement(name, where, builder.Inner(requirements)));
    }

    /// <summary>
    /// Asks of every group of an attribute. Before one fails, Holm's correction over all of them must reject it. Groups under
    /// <paramref name="minRows"/> rows are listed and not judged.
    /// </summary>
    /// <param name="builder">The gate.</param>
    /// <param name="by">The attribute.</param>
    /// <param name="minRows">Fewest rows of a group that is judged.</param>
    /// <param name="requirements">What is asked of each: <c>g => g.Require(Metric.Accuracy, atLeast: 0.80)</c>.</param>
    public static TBuilder OnEverySlice<TBuilder>(this TBuilder builder, string by, int minRows, Action<GateBuilder> requirements)
        where TBuilder : GateBuilder => builder.OnEverySlice([by], minRows, requirements);

    /// <summary>Asks of every group formed by several attributes together.</summary>
    /// <inheritdoc cref="OnEverySlice{TBuilder}(TBuilder, string, int, Action{GateBuilder})"/>
    public static TBuilder OnEverySlice<TBuilder>(this TBuilder builder, string[] by, int minRows, Action<GateBuilder> requirements)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(by);
        return builder.With(new SliceRequirement([.. by], minRows, builder.Inner(requirements)));
    }

    private static GateDefinition Inner(this GateBuilder builder, Action<GateBuilder> requirements)
    {
        ArgumentNullException.ThrowIfNull(requirements);
        GateBuilder inner = new(builder.Definition.Name, builder.Definition.Confidence);
        requirements(inner);
        return inner.Definition;
    }
}
