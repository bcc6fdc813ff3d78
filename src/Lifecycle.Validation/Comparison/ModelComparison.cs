using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Two models on the same rows. Differences are oriented: positive means that the first, the candidate, is better.</summary>
public sealed class ModelComparison
{
    private readonly int _replicates;
    private readonly ulong _seed;

    private ModelComparison(EvaluationSet first, EvaluationSet second, int replicates, ulong seed)
    {
        Candidate = first;
        Champion = second;
        _replicates = replicates;
        _seed = seed;
    }

    /// <summary>The rows as the first model sees them.</summary>
    public EvaluationSet Candidate { get; }

    /// <summary>The rows as the second model sees them.</summary>
    public EvaluationSet Champion { get; }

    /// <summary>Compares the model of a set with another one.</summary>
    /// <param name="set">The rows, with what the candidate said.</param>
    /// <param name="champion">What the other model said about them.</param>
    /// <param name="replicates">Replicates of bootstraps, at least 100.</param>
    /// <param name="seed">Seed of bootstraps.</param>
    /// <exception cref="ArgumentException">The other model's rows are unknown or of another number.</exception>
    public static ModelComparison Of(EvaluationSet set, Baseline champion, int replicates = 2_000, ulong seed = RandomStream.DefaultSeed)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(champion);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicates, 100);
        set.EnsureLabelled();
        return new ModelComparison(set, Output(set, champion, "champion"), replicates, seed);
    }

    /// <summary>Compares two models on the rows of a set.</summary>
    /// <param name="set">The rows.</param>
    /// <param name="candidate">What the first model said about them.</param>
    /// <param name="champion">What the second model said about them.</param>
    /// <param name="replicates">Replicates of bootstraps, at least 100.</param>
    /// <param name="seed">Seed of bootstraps.</param>
    /// <exception cref="ArgumentException">Rows of a model are unknown or of another number.</exception>
    public static ModelComparison Of(EvaluationSet set, Baseline candidate, Baseline champion, int replicates = 2_000, ulong seed = RandomStream.DefaultSeed)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(candidate);
        return Of(Output(set, candidate, "candidate"), champion, replicates, seed);
    }

    /// <summary>Compares two models on the rows of a set by their scores.</summary>
    /// <param name="set">The rows.</param>
    /// <param name="candidate">Scores of the first model, one a row.</param>
    /// <param name="champion">Scores of the second model, one a row.</param>
    /// <param name="threshold">The decision of both is positive when score ≥ threshold; that of the set, else one half, when null.</param>
    /// <exception cref="ArgumentException">Lengths differ or a score is not finite.</exception>
    public static ModelComparison Of(EvaluationSet set, ReadOnlySpan<double> candidate, ReadOnlySpan<double> champion, double? threshold = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        double cut = threshold ?? set.Threshold ?? 0.5;
        return Of(set, Baseline.FromScores(candidate, cut), Baseline.FromScores(champion, cut));
    }

    /// <summary>Rows by which model was right.</summary>
    public PairedCounts Counts()
    {
        long both = 0, first = 0, second = 0, neither = 0;
        for (int i = 0; i < Candidate.Count; i++)
        {
            bool one = Candidate.Predictions[i] == Candidate.Labels[i], other = Champion.Predictions[i] == Champion.Labels[i];
            both += one && other ? 1 : 0;
            first += one && !other ? 1 : 0;
            second += !one && other ? 1 : 0;
            neither += !one && !other ? 1 : 0;
        }

        return new PairedCounts(both, first, second, neither);
    }

    /// <summary>McNemar's test of both accuracies, in its exact, mid-p, chi-squared and corrected forms.</summary>
    public McNemar McNemar() => Counts().McNemar();

    /// <summary>Both areas under the ROC curve with their covariance.</summary>
    /// <exception cref="InvalidOperationException">A model has no scores, or rows have weights.</exception>
    public AreaComparison DeLong() => !Candidate.HasScores || !Champion.HasScores
        ? throw new InvalidOperationException("DeLong's test needs scores of both models; give Baseline.FromScores.")
        : Candidate.IsWeighted
            ? throw new InvalidOperationException("DeLong's test needs rows that all count alike; the set has weights. NonInferior and Superior use the paired bootstrap then.")
            : Statistics.DeLong.Compare(Candidate.Scores, Champion.Scores, Candidate.Labels);

    /// <summary>Whether the first model is not worse by more than a margin: the lower bound of the difference reaches -margin.</summary>
    /// <param name="metric">A metric that has a better side.</param>
    /// <param name="margin">At least 0.</param>
    /// <param name="confidence">Confidence of each bound, in (0.5, 1).</param>
    public ComparisonTest NonInferior(Metric metric, double margin, double confidence = Confidence.Default) =>
        Test(metric, ComparisonKind.NonInferior, margin, confidence);

    /// <summary>Whether the first model is better by at least so much: the lower bound of the difference reaches it.</summary>
    /// <param name="metric">A metric that has a better side.</param>
    /// <param name="by">At least 0.</param>
    /// <param name="confidence">Confidence of each bound, in (0.5, 1).</param>
    public ComparisonTest Superior(Metric metric, double by = 0, double confidence = Confidence.Default) => Test(metric, ComparisonKind.Superior, by, confidence);

    /// <summary>Whether both are alike: both bounds of the difference lie within the margin (two one-sided tests).</summary>
    /// <param name="metric">A metric.</param>
    /// <param name="within">Above 0.</param>
    /// <param name="confidence">Confidence of each bound, in (0.5, 1).</param>
    public ComparisonTest Equivalent(Metric metric, double within, double confidence = Confidence.Default) =>
        Test(metric, ComparisonKind.Equivalent, within, confidence);

    private static EvaluationSet Output(EvaluationSet set, Baseline model, string what) => !model.HasRows
        ? throw new ArgumentException($"The {what} gives no scores or decisions of these rows; use Baseline.FromScores or Baseline.FromDecisions.", what)
        : model.Count != set.Count
            ? throw new ArgumentException($"The {what} has {model.Count:N0} rows and the set has {set.Count:N0}; they must be the same rows in the same order.", what)
            : set.WithOutputs(model.Scores, model.Predictions);

    private ComparisonTest Test(Metric metric, ComparisonKind kind, double limit, double confidence)
    {
        ArgumentNullException.ThrowIfNull(metric);
        Check(metric, kind, limit, confidence);
        PairedEstimate estimate = PairedDifference.Of(metric, Candidate, Champion, PairedScale.Difference, confidence, _replicates, _seed);
        MetricInterval found = estimate.At(confidence);
        double least = kind == ComparisonKind.Superior ? limit : -limit;
        double? most = kind == ComparisonKind.Equivalent ? limit : null;
        bool isKnown = found.Value.IsDefined;
        Verdict verdict = isKnown ? Limits.Judge(found.Lower, found.Upper, least, most) : Limits.OfUndefined(found.Value.Reason!.Value);
        return new ComparisonTest
        {
            Metric = metric,
            Kind = kind,
            Limit = limit,
            First = metric.Compute(Candidate),
            Second = metric.Compute(Champion),
            Difference = found.Value,
            Lower = isKnown ? found.Lower : null,
            Upper = isKnown ? found.Upper : null,
            Confidence = confidence,
            PValue = Math.Max(estimate.PValueAbove(least), most is { } end ? estimate.PValueBelow(end) : 0),
            Method = found.Method ?? estimate.Method,
            Verdict = verdict,
            NeededRows = verdict == Verdict.Inconclusive && isKnown
                ? Limits.NeededRows(Candidate.Count, found.Value.Value, found.Lower, found.Upper, least, most)
                : null,
        };
    }

    private static void Check(Metric metric, ComparisonKind kind, double limit, double confidence)
    {
        if (!PairedDifference.CanCompare(metric) || (metric.Direction == Direction.Neither && kind != ComparisonKind.Equivalent))
        {
            throw new ArgumentException($"{metric.Name} cannot tell which of two models is better; use a figure of decisions or scores that has a better side, for example Accuracy or AreaUnderRoc.", nameof(metric));
        }

        if (!(limit >= 0) || !double.IsFinite(limit) || (kind == ComparisonKind.Equivalent && limit == 0))
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "The margin is a finite number of at least 0 (above 0 for equivalence), for example 0.01.");
        }

        if (confidence is not (> 0.5 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0.5 and 1, for example 0.95.");
        }
    }
}
