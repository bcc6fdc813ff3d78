namespace Lifecycle.Validation;

/// <summary>One evaluation of a gate: what its requirements ask for numbers.</summary>
internal sealed partial class GateRun(
    EvaluationSet set, BatchPredictor? predict, Baseline? baseline, FirstRun firstRun, EvaluationContext context, CancellationToken cancellationToken)
{
    private readonly Dictionary<string, double[]> _scored = new(StringComparer.Ordinal);

    public EvaluationSet Set { get; } = set;

    public BatchPredictor? Predict { get; } = predict;

    public Baseline? Baseline { get; } = baseline;

    public FirstRun FirstRun { get; } = firstRun;

    public ValidationOptions Options { get; } = context.Options;

    public TimeProvider Time { get; } = context.Time;

    public CancellationToken CancellationToken { get; } = cancellationToken;

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

    /// <summary>Scores of the model on these rows, asked once for each name.</summary>
    public async ValueTask<double[]> ScoreAsync(string name, Func<ColumnBatch> rows)
    {
        if (!_scored.TryGetValue(name, out double[]? scores))
        {
            scores = await new MeteredPredictor(Predict!, Time, Options.RequirementTimeout).ScoreAsync(rows(), CancellationToken).ConfigureAwait(false);
            _scored.Add(name, scores);
        }

        return scores;
    }
}
