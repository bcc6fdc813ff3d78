using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// A set whose rows keep all rules, the model's scores of it, and what perturbations did to them. A perturbation is scored once while
/// memory allows.
/// </summary>
internal sealed partial class RobustnessRun
{
    // Scores kept for another requirement that asks the same: 128 MB.
    private const long MostKept = 1 << 24;

    private readonly Dictionary<string, Trial[]> _tried = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (IReadOnlyList<Victim> Victims, int Unconfirmed)> _attacked = new(StringComparer.Ordinal);
    private readonly ValidationOptions _options;
    private long _kept;
    private EvaluationSet? _plain;
    private SliceTable? _slices;

    /// <param name="set">The rows.</param>
    /// <param name="options">Seed, replicates, and what counts as another decision.</param>
    /// <param name="numbers">What each row is called in reports; its position when null.</param>
    public RobustnessRun(EvaluationSet set, ValidationOptions options, int[]? numbers = null)
    {
        Check = RuleCheck.Of(set, numbers);
        _options = options;
    }

    public RuleCheck Check { get; }

    public EvaluationSet Set => Check.Kept;

    public int LeftOut(EvaluationSet all) => all.Count - Set.Count;

    /// <summary>The rows with the model's own scores.</summary>
    public async ValueTask<EvaluationSet> PlainAsync(MeteredPredictor predictor, CancellationToken cancellationToken) =>
        _plain ??= Set.Answered(await predictor.ScoreAsync(Set.FeatureBatch(), cancellationToken, Check.Rows).ConfigureAwait(false));

    /// <summary>What a perturbation or check does to a metric; null when nothing in the set can be changed in this way.</summary>
    /// <param name="perturbation">The perturbation.</param>
    /// <param name="metric">The metric that may drop.</param>
    /// <param name="confidence">Confidence of the upper bounds.</param>
    /// <param name="lowerConfidence">Confidence of the lower bounds, greater when several perturbations are judged together.</param>
    /// <param name="predictor">The model.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async ValueTask<RobustnessLevel?> TryAsync(
        Perturbation perturbation, Metric metric, double confidence, double lowerConfidence, MeteredPredictor predictor,
            CancellationToken cancellationToken)
    {
        long calls = predictor.Calls;
        RobustnessLevel? level = perturbation switch
        {
            WorstShareCheck check => Worst(check, confidence, lowerConfidence),
            BatchInvarianceCheck check => await RepeatAsync(check, predictor, cancellationToken).ConfigureAwait(false),
            ProtectedFlipCheck check =>
                await FlipAsync(check, confidence, lowerConfidence, predictor, cancellationToken).ConfigureAwait(false),
            _ => await DropAsync(perturbation, metric, confidence, lowerConfidence, predictor, cancellationToken).ConfigureAwait(false),
        };
        return level is null ? null : level with { ModelCalls = predictor.Calls - calls };
    }

    /// <summary>What an attack found, searched once.</summary>
    public async ValueTask<(IReadOnlyList<Victim> Victims, int Unconfirmed)> AttackAsync(Attack attack, MeteredPredictor predictor,
        CancellationToken cancellationToken)
    {
        if (!_attacked.TryGetValue(attack.ToString(), out (IReadOnlyList<Victim> Victims, int Unconfirmed) found))
        {
            EvaluationSet plain = await PlainAsync(predictor, cancellationToken).ConfigureAwait(false);
            found = await attack.SearchAsync(plain, _options.Seed, predictor, Check.Rows, cancellationToken).ConfigureAwait(false);
            _attacked.Add(attack.ToString(), found);
        }

        return found;
    }

    private async ValueTask<RobustnessLevel?> DropAsync(
        Perturbation perturbation, Metric metric, double confidence, double lowerConfidence, MeteredPredictor predictor,
            CancellationToken cancellationToken)
    {
        EvaluationSet plain = await PlainAsync(predictor, cancellationToken).ConfigureAwait(false);
        Trial[] trials = await TrialsAsync(perturbation, predictor, cancellationToken).ConfigureAwait(false);
        if (trials.Length == 0)
        {
            return null;
        }

        RobustnessLevel? worst = null;
        double total = 0;
        foreach (Trial trial in trials)
        {
            RobustnessLevel level = Measure(perturbation, metric, confidence, lowerConfidence, plain, trial);
            total += level.Drop.Or(double.NaN);
            if (worst is null || !level.Drop.IsDefined || (worst.Drop.IsDefined && level.Drop.Value > worst.Drop.Value))
            {
                worst = level;
            }
        }

        return trials.Length == 1 ? worst : worst! with { MeanDrop = double.IsFinite(total) ? total / trials.Length : null };
    }

    /// <summary>The scores of each variant, asked once.</summary>
    private async ValueTask<Trial[]> TrialsAsync(Perturbation perturbation, MeteredPredictor predictor, CancellationToken cancellationToken)
    {
        string name = perturbation.ToString();
        if (!_tried.TryGetValue(name, out Trial[]? trials))
        {
            List<Trial> made = [];
            for (int variant = 0; variant < perturbation.Variants; variant++)
            {
                if (perturbation.Change(Set.Table(), _options.Seed, variant) is not { } draft)
                {
                    break;
                }

                ConstraintRepair.Apply(draft);
                double[] scores = await predictor.ScoreAsync(draft.Decode(), cancellationToken, Check.Rows).ConfigureAwait(false);
                made.Add(Tried(draft, scores));
            }

            trials = [.. made];
            _kept += (long)made.Count * Set.Count;
            if (_kept <= MostKept)
            {
                _tried.Add(name, trials);
            }
        }

        return trials;
    }

    private RobustnessLevel Measure(
        Perturbation perturbation, Metric metric, double confidence, double lowerConfidence, EvaluationSet plain, Trial trial)
    {
        EvaluationSet tried = trial.Set;
        PairedEstimate estimate = PairedDifference.Of(metric, plain, tried, PairedScale.Difference, confidence, _options.Replicates,
            _options.Seed);
        MetricInterval drop = estimate.At(confidence);
        double lower = lowerConfidence == confidence ? drop.Lower : estimate.At(lowerConfidence).Lower;
        MetricValue before = metric.Compute(plain);
        return Flips(Start(perturbation, metric.Compute(tried), drop.Value), trial.Flips, Set.Count, confidence) with
        {
            Lower = drop.Value.IsDefined ? lower : null,
            Upper = drop.Value.IsDefined ? drop.Upper : null,
            Method = drop.Method,
            RelativeDrop = drop.Value.IsDefined && before.IsDefined
                ? MetricValue.Quotient(drop.Value.Value, Math.Abs(before.Value), UndefinedReason.ZeroBaseline)
                : MetricValue.Undefined(drop.Value.Reason ?? before.Reason!.Value),
            InfeasibleShare = (double)trial.Infeasible / Set.Count,
            WorstSlice = (_slices ??= new SliceTable(Set)).Worst(metric, plain, tried),
            SmallestFlip = trial.Smallest,
        };
    }

    /// <summary>The answers, how many decisions they turn, and the cheapest change among those rows.</summary>
    private Trial Tried(Draft draft, double[] answers)
    {
        SmallestFlip? best = null;
        int flips = 0;
        for (int i = 0; i < answers.Length; i++)
        {
            if (_plain!.Turns(i, answers[i], _options.FlipShare))
            {
                flips++;
                double cost = draft.Cost(i);
                best = !(cost >= best?.Cost) ? new SmallestFlip(Check.Rows[i], cost) : best;
            }
        }

        return new Trial(Set.Answered(answers), draft.InfeasibleCount, flips, best);
    }

    private static RobustnessLevel Start(Perturbation perturbation, MetricValue value, MetricValue drop) => new()
    {
        Perturbation = perturbation.ToString(),
        Kind = perturbation.Kind,
        Level = perturbation.Level,
        Severity = perturbation.Severity,
        Value = value,
        Drop = drop,
    };

    private static RobustnessLevel Flips(RobustnessLevel level, int flips, int rows, double confidence)
    {
        double share = (double)flips / rows;
        Interval bounds = confidence == Confidence.None ? new Interval(share, share)
            : BinomialInterval.Wilson(flips, rows, 2 * confidence - 1);
        return level with { FlipRate = MetricValue.Quotient(flips, rows, UndefinedReason.NoRows), FlipLower = bounds.Lower,
            FlipUpper = bounds.Upper };
    }

    private sealed record Trial(EvaluationSet Set, int Infeasible, int Flips, SmallestFlip? Smallest);
}
