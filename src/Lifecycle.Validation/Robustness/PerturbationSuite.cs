namespace Lifecycle.Validation;

/// <summary>Perturbations that are tried together.</summary>
public sealed class PerturbationSuite
{
    private PerturbationSuite(IReadOnlyList<Perturbation> perturbations) => Perturbations = perturbations;

    /// <summary>The perturbations, in the order they are tried.</summary>
    public IReadOnlyList<Perturbation> Perturbations { get; }

    /// <summary>Levels of your own.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static PerturbationSuite Of(params IEnumerable<Perturbation> perturbations)
    {
        ArgumentNullException.ThrowIfNull(perturbations);
        Perturbation[] all = [.. perturbations];
        return all.Length > 0 ? new(all)
            : throw new ArgumentException(
                "A suite needs at least one perturbation, for example Perturbation.Noise(0.05).", nameof(perturbations));
    }

    /// <summary>All five levels of some families; the check <see cref="PerturbationFamily.BatchInvariance"/> has one.</summary>
    /// <exception cref="ArgumentException">
    /// There is none, or <see cref="PerturbationFamily.ProtectedFlip"/>, which names a feature.
    /// </exception>
    public static PerturbationSuite Of(params IEnumerable<PerturbationFamily> families)
    {
        ArgumentNullException.ThrowIfNull(families);
        return Of(families.SelectMany(LevelsOf));
    }

    /// <summary>
    /// What fits the columns of a set: all levels of each family that can change one of them, the worst shares, batch invariance, and a
    /// protected flip of each feature that bears the name of an attribute.
    /// </summary>
    /// <param name="set">The rows.</param>
    /// <exception cref="InvalidOperationException">The set has no features.</exception>
    public static PerturbationSuite For(EvaluationSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        _ = set.FeatureBatch();
        FeatureTable table = set.Table();
        CodedColumn[] free = [.. table.Columns.Where((_, c) => !table.Rules.IsFixed(c))];
        IEnumerable<PerturbationFamily> families = Enum.GetValues<PerturbationFamily>().Where(f =>
            f <= PerturbationFamily.Precision).Where(f => f == PerturbationFamily.ColumnMissing
            ? free.Length > 1
            : free.Any(Perturbation.Of(f, 0).CanChange));
        IEnumerable<Perturbation> flips = set.Attributes.Where(a => table.PositionOf(a.Name) >= 0).Select(a =>
            Perturbation.ProtectedFlip(a.Name));
        return new(
            [Perturbation.BatchInvariance(), .. families.SelectMany(LevelsOf), .. LevelsOf(PerturbationFamily.WorstShare), .. flips]);
    }

    /// <summary>The same and more.</summary>
    public PerturbationSuite With(params IEnumerable<Perturbation> perturbations) => new([.. Perturbations, .. perturbations]);

    /// <summary>Without the levels above a severity; levels chosen freely and checks stay.</summary>
    /// <param name="severity">1 to 5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The severity is outside 1 to 5.</exception>
    public PerturbationSuite UpTo(int severity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(severity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(severity, PerturbationLevels.Count);
        return new([.. Perturbations.Where(p => p.Severity <= severity)]);
    }

    /// <summary>Tries a model.</summary>
    /// <param name="set">Labels and features; the scores of the unchanged rows are asked of the model.</param>
    /// <param name="predict">The model.</param>
    /// <param name="metric">The area under the ROC curve when null, for predicted numbers the root mean squared error.</param>
    /// <param name="options">Confidence, seed, timeout and calls at once.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="PredictorException">The model threw, hung or answered wrongly; the message gives the first row.</exception>
    /// <exception cref="InvalidOperationException">The set has no features, rows without a label, or weights.</exception>
    /// <exception cref="ArgumentException">An option or a level is out of range, or the drop of the metric cannot be bounded.</exception>
    public async ValueTask<RobustnessReport> RunAsync(
        EvaluationSet set, BatchPredictor predict, Metric? metric = null, ValidationOptions? options = null,
            CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(predict);
        ValidationOptions settings = options ?? new ValidationOptions();
        if (settings.Problems().Concat(Perturbations.Select(p => p.Problem).OfType<string>()).FirstOrDefault() is { } problem)
        {
            throw new ArgumentException(problem);
        }

        set.EnsureLabelled();
        _ = set.FeatureBatch();
        MeteredPredictor predictor = new(predict, TimeProvider.System, settings.RequirementTimeout, settings.MaxPredictorConcurrency);
        return await RunAsync(new RobustnessRun(set, settings), set,
            metric ?? (set.Kind == EvaluationKind.Regression ? Metric.RootMeanSquaredError : Metric.AreaUnderRoc), settings.Confidence, predictor, cancellationToken).ConfigureAwait(false);
    }

    internal async ValueTask<RobustnessReport> RunAsync(
        RobustnessRun run, EvaluationSet set, Metric metric, double confidence, MeteredPredictor predictor,
            CancellationToken cancellationToken)
    {
        List<RobustnessLevel> levels = [];
        List<string> notTried = [];

        // Holding all of several limits needs no correction; breaking one of m does.
        double lower = confidence == Confidence.None ? confidence : 1 - (1 - confidence) / Perturbations.Count;
        EvaluationSet? plain = null;
        if (run.Set.Count > 0)
        {
            bool needsModel = Perturbations.Any(p => p is not WorstShareCheck);
            plain = needsModel ? await run.PlainAsync(predictor, cancellationToken).ConfigureAwait(false) : run.Set;
            foreach (Perturbation perturbation in Perturbations)
            {
                cancellationToken.ThrowIfCancellationRequested();
                RobustnessLevel? level = await run.TryAsync(perturbation, metric, confidence, lower, predictor,
                    cancellationToken).ConfigureAwait(false);
                if (level is null)
                {
                    notTried.Add($"{perturbation}: {perturbation.NothingToChange}");
                }
                else
                {
                    levels.Add(level);
                }
            }
        }

        return new RobustnessReport
        {
            Metric = metric.Name,
            Unchanged = plain is not null ? metric.Compute(plain) : MetricValue.Undefined(UndefinedReason.NoRows),
            Rows = run.Set.Count,
            LeftOut = run.LeftOut(set),
            Problems = run.Check.Problems,
            Confidence = confidence,
            Levels = levels,
            NotTried = notTried,
            ModelCalls = predictor.Calls,
            ModelRows = predictor.Rows,
            IsRepeatable = !levels.Any(l => l.Kind == GateJson.Camel(nameof(PerturbationFamily.BatchInvariance)) && l.Value.Or(1) > 0),
        };
    }

    private static IEnumerable<Perturbation> LevelsOf(PerturbationFamily family) => family switch
    {
        PerturbationFamily.BatchInvariance => [Perturbation.BatchInvariance()],
        PerturbationFamily.ProtectedFlip =>
            throw new ArgumentException(
                "A protected flip names a feature; add it with .With(Perturbation.ProtectedFlip(feature)).", nameof(family)),
        _ => Enumerable.Range(1, PerturbationLevels.Count).Select(s => Perturbation.At(family, s)),
    };
}
