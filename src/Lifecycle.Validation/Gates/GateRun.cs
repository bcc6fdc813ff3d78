namespace Lifecycle.Validation;

/// <summary>One evaluation of a gate: what its requirements ask for numbers.</summary>
internal sealed partial class GateRun(
    EvaluationSet set, BatchPredictor? predict, Baseline? baseline, FirstRun firstRun, EvaluationContext context, CancellationToken cancellationToken)
{
    private RobustnessRun? _robustness;
    private int[]? _numbers;

    public EvaluationSet Set { get; } = set;

    public BatchPredictor? Predict { get; } = predict;

    public Baseline? Baseline { get; } = baseline;

    public FirstRun FirstRun { get; } = firstRun;

    /// <summary>Whether comparisons may be skipped: the gate allows it, and nothing at all is known of another model.</summary>
    public bool IsFirstRun => FirstRun == FirstRun.ValueLimitsOnly && Baseline is null && !HasLostValues;

    /// <summary>Whether values of another model were given, which say nothing about a part of the rows.</summary>
    public bool HasLostValues { get; private init; }

    public ValidationOptions Options { get; } = context.Options;

    public TimeProvider Time { get; } = context.Time;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public DateTimeOffset StartedAt { get; private init; } = context.Time.GetUtcNow();

    /// <summary>The same evaluation on some of the rows.</summary>
    public GateRun On(int[] rows) => new(Set.Rows(rows), Predict, Baseline?.Rows(rows), FirstRun, context, CancellationToken)
    {
        StartedAt = StartedAt,
        HasLostValues = HasLostValues || Baseline is { Values.Count: > 0 },
        _numbers = rows,
    };

    public MetricInterval Interval(Metric metric, double confidence) => MetricInterval.Of(metric, Set, confidence, Options.Replicates, Options.Seed);

    public GroupOptions GroupOptions(MissingGroup missing, double minimumShare) => new()
    {
        Missing = missing,
        MinimumShare = minimumShare,
        MinimumDenominator = Options.MinimumDenominator,
        MaxGroups = Options.MaxGroups,
        Draws = Options.DisparityDraws,
        Seed = Options.Seed,
    };

    /// <summary>The rows that keep all rules of how features may change, and what was tried on them so far.</summary>
    public RobustnessRun Robustness => _robustness ??= new RobustnessRun(Set, Options, _numbers);

    /// <summary>The model, metered for one requirement.</summary>
    public MeteredPredictor Predictor() => new(
        Predict ?? ((_, _, _) => throw new InvalidOperationException("There is no model to ask.")), Time, Options.RequirementTimeout, Options.MaxPredictorConcurrency);
}
