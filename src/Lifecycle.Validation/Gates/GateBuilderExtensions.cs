namespace Lifecycle.Validation;

/// <summary>The verbs of a gate. Mistakes are told by <see cref="Build"/>, all at once.</summary>
public static partial class GateBuilderExtensions
{
    /// <summary>Asks for a value: the bound on the side of the limit must clear it.</summary>
    /// <param name="builder">The gate.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="atLeast">Least value; the lower bound must reach it.</param>
    /// <param name="atMost">Greatest value; the upper bound must keep it.</param>
    /// <param name="between">Both at once.</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    public static TBuilder Require<TBuilder>(
        this TBuilder builder, Metric metric, double? atLeast = null, double? atMost = null, (double Low, double High)? between = null, double? confidence = null)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(metric);
        if (between is not null && (atLeast is not null || atMost is not null))
        {
            builder.Definition.Mistakes.Add($"{metric.Name}: say either between: or atLeast: and atMost:.");
        }

        return builder.With(new ValueRequirement(metric, between?.Low ?? atLeast, between?.High ?? atMost, builder.ConfidenceOr(confidence)));
    }

    /// <summary>Asks that groups of one attribute differ by at most a limit: the upper bound of the widest gap must keep it.</summary>
    /// <param name="builder">The gate.</param>
    /// <param name="by">The attribute.</param>
    /// <param name="metric">The definition of fairness; a difference.</param>
    /// <param name="atMost">The widest gap allowed, in [0, 1].</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    /// <param name="smallGroups">What becomes of groups too small to be judged.</param>
    /// <param name="below">With <see cref="SmallGroups.ReportOnly"/>: only groups with a smaller share of the rows are excused; 0 excuses all.</param>
    /// <param name="missing">What happens to rows without a value of the attribute.</param>
    public static TBuilder RequireFair<TBuilder>(
        this TBuilder builder, string by, FairnessMetric metric, double atMost, double? confidence = null,
        SmallGroups smallGroups = SmallGroups.Inconclusive, double below = 0, MissingGroup missing = MissingGroup.Report)
        where TBuilder : GateBuilder => builder.RequireFair([by], metric, atMost, confidence, smallGroups, below, missing);

    /// <summary>Asks that groups formed by several attributes together differ by at most a limit.</summary>
    /// <inheritdoc cref="RequireFair{TBuilder}(TBuilder, string, FairnessMetric, double, double?, SmallGroups, double, MissingGroup)"/>
    public static TBuilder RequireFair<TBuilder>(
        this TBuilder builder, string[] by, FairnessMetric metric, double atMost, double? confidence = null,
        SmallGroups smallGroups = SmallGroups.Inconclusive, double below = 0, MissingGroup missing = MissingGroup.Report)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(metric);
        if (metric.IsRatio)
        {
            builder.Definition.Mistakes.Add($"{metric.Name} is a ratio; use RequireFairRatio(..., atLeast:).");
        }

        return builder.With(new FairRequirement([.. by], metric, atMost, builder.ConfidenceOr(confidence), smallGroups, below, missing));
    }

    /// <summary>Asks that the lesser rate of any two groups is at least a share of the greater one.</summary>
    /// <param name="builder">The gate.</param>
    /// <param name="by">The attribute.</param>
    /// <param name="metric">The definition of fairness; a ratio.</param>
    /// <param name="atLeast">The least ratio allowed, in (0, 1].</param>
    /// <param name="confidence">Confidence of each bound; the gate's own when null.</param>
    /// <param name="smallGroups">What becomes of groups too small to be judged.</param>
    /// <param name="below">With <see cref="SmallGroups.ReportOnly"/>: only groups with a smaller share of the rows are excused; 0 excuses all.</param>
    /// <param name="missing">What happens to rows without a value of the attribute.</param>
    public static TBuilder RequireFairRatio<TBuilder>(
        this TBuilder builder, string by, FairnessMetric metric, double atLeast, double? confidence = null,
        SmallGroups smallGroups = SmallGroups.Inconclusive, double below = 0, MissingGroup missing = MissingGroup.Report)
        where TBuilder : GateBuilder => builder.RequireFairRatio([by], metric, atLeast, confidence, smallGroups, below, missing);

    /// <summary>Asks the same of groups formed by several attributes together.</summary>
    /// <inheritdoc cref="RequireFairRatio{TBuilder}(TBuilder, string, FairnessMetric, double, double?, SmallGroups, double, MissingGroup)"/>
    public static TBuilder RequireFairRatio<TBuilder>(
        this TBuilder builder, string[] by, FairnessMetric metric, double atLeast, double? confidence = null,
        SmallGroups smallGroups = SmallGroups.Inconclusive, double below = 0, MissingGroup missing = MissingGroup.Report)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(metric);
        if (!metric.IsRatio)
        {
            builder.Definition.Mistakes.Add($"{metric.Name} is a difference; use RequireFair(..., atMost:).");
        }

        return builder.With(new FairRequirement([.. by], metric, atLeast, builder.ConfidenceOr(confidence), smallGroups, below, missing));
    }

    /// <summary>Asks for a check of your own. When it throws, the requirement fails and the report says so.</summary>
    public static TBuilder RequireCustom<TBuilder>(this TBuilder builder, string name, Func<EvaluationSet, CancellationToken, ValueTask<CustomFinding>> check)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(check);
        return builder.With(new CustomRequirement(name, check));
    }

    /// <summary>Asks for a check of your own.</summary>
    public static TBuilder RequireCustom<TBuilder>(this TBuilder builder, string name, Func<EvaluationSet, CustomFinding> check)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(check);
        return builder.With(new CustomRequirement(name, (set, _) => ValueTask.FromResult(check(set))));
    }

    /// <summary>Makes the last requirement advisory: it is reported and does not change the verdict.</summary>
    public static TBuilder AsAdvisory<TBuilder>(this TBuilder builder)
        where TBuilder : GateBuilder
    {
        if (builder.Definition.Requirements.Count == 0)
        {
            builder.Definition.Mistakes.Add("AsAdvisory() needs a requirement before it.");
        }
        else
        {
            builder.Definition.MakeLastAdvisory();
        }

        return builder;
    }

    /// <summary>Says what an inconclusive gate means for whoever waits for it; held by default.</summary>
    public static TBuilder WhenInconclusive<TBuilder>(this TBuilder builder, WhenInconclusive action)
        where TBuilder : GateBuilder
    {
        builder.Definition.WhenInconclusive = action;
        return builder;
    }

    /// <summary>Says what comparisons mean when there is no baseline; they fail by default.</summary>
    public static TBuilder WhenNoBaseline<TBuilder>(this TBuilder builder, FirstRun action)
        where TBuilder : GateBuilder
    {
        builder.Definition.FirstRun = action;
        return builder;
    }

    /// <summary>Freezes the gate.</summary>
    /// <param name="builder">The gate.</param>
    /// <param name="time">The clock that says when it was frozen; the system's by default.</param>
    /// <exception cref="GateDefinitionException">Something is wrong; the message lists all of it.</exception>
    public static Gate Build(this GateBuilder builder, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new Gate(builder.Definition, (time ?? TimeProvider.System).GetUtcNow());
    }

    /// <summary>Freezes the gate and evaluates it.</summary>
    /// <inheritdoc cref="Gate.EvaluateAsync(EvaluationSet, BatchPredictor?, Baseline?, CancellationToken)"/>
    public static ValueTask<GateReport> EvaluateAsync(
        this GateBuilder builder, EvaluationSet set, BatchPredictor? predict = null, Baseline? baseline = null, CancellationToken cancellationToken = default) =>
        builder.Build().EvaluateAsync(set, predict, baseline, cancellationToken);

    /// <summary>Freezes the gate and evaluates it, saying of which model and data.</summary>
    /// <inheritdoc cref="Gate.EvaluateAsync(EvaluationSet, GateSubject?, BatchPredictor?, Baseline?, EvaluationContext?, CancellationToken)"/>
    public static ValueTask<GateReport> EvaluateAsync(
        this GateBuilder builder, EvaluationSet set, GateSubject? subject, BatchPredictor? predict = null, Baseline? baseline = null,
        EvaluationContext? context = null, CancellationToken cancellationToken = default) =>
        builder.Build(context?.Time).EvaluateAsync(set, subject, predict, baseline, context, cancellationToken);

    private static TBuilder With<TBuilder>(this TBuilder builder, Requirement requirement)
        where TBuilder : GateBuilder
    {
        builder.Definition.Add(requirement);
        return builder;
    }

    private static double ConfidenceOr(this GateBuilder builder, double? confidence) => confidence ?? builder.Definition.Confidence;
}
