using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// The comparison of a metric between two models on the same rows. Differences are oriented (positive: the first is better): DeLong for
/// the area under the ROC curve, Agresti-Min for shares of the same rows, Student t for means; anything else, weighted rows and ratios by
/// the paired bootstrap.
/// </summary>
internal static class PairedDifference
{
    /// <summary>
    /// Shares whose rows in the denominator are the same for both models, with the label that puts a row there; null for all rows.
    /// </summary>
    private static readonly Dictionary<Metric, bool?> SharesOfSameRows = new()
    {
        [Metric.Accuracy] = null,
        [Metric.ErrorRate] = null,
        [Metric.SelectionRate] = null,
        [Metric.TruePositiveRate] = true,
        [Metric.FalseNegativeRate] = true,
        [Metric.TrueNegativeRate] = false,
        [Metric.FalsePositiveRate] = false,
    };

    /// <summary>Whether two models can differ in it.</summary>
    public static bool CanCompare(Metric metric) =>
        metric != Metric.Count && metric != Metric.PredictedPositiveShare && metric != Metric.BaseRate && metric != Metric.MeanLabel;

    public static MetricInterval Of(
        Metric metric, EvaluationSet set, ReadOnlySpan<double> scores, ReadOnlySpan<bool> predictions, ReadOnlySpan<double> otherScores,
        ReadOnlySpan<bool> otherPredictions, double confidence, int replicates = 2_000, ulong seed = RandomStream.DefaultSeed) =>
        Of(metric, set.WithOutputs(scores, predictions), set.WithOutputs(otherScores, otherPredictions), PairedScale.Difference, confidence, replicates, seed).At(confidence);

    /// <param name="metric">The metric.</param>
    /// <param name="first">The rows as the first model sees them.</param>
    /// <param name="second">The same rows as the second model sees them.</param>
    /// <param name="scale">How values are compared.</param>
    /// <param name="confidence"><see cref="Confidence.None"/> when no bound will be asked for, which saves the work.</param>
    /// <param name="replicates">Replicates of a bootstrap.</param>
    /// <param name="seed">Seed of a bootstrap.</param>
    public static PairedEstimate Of(
        Metric metric, EvaluationSet first, EvaluationSet second, PairedScale scale, double confidence, int replicates, ulong seed)
    {
        if (metric.Resolve(first) is not { } one || metric.Resolve(second) is not { } two)
        {
            return PairedEstimate.Undefined(UndefinedReason.MissingMetric, "");
        }

        (metric, first, second) = (one.Metric, one.Set, two.Set);
        string method = Method(metric, first, scale);
        MetricValue value = scale.Of(metric, metric.Compute(first), metric.Compute(second));
        if (!value.IsDefined)
        {
            return PairedEstimate.Undefined(value.Reason!.Value, method);
        }

        if (first.Count < 2)
        {
            return PairedEstimate.Undefined(UndefinedReason.TooFewRows, method);
        }

        if (confidence == Confidence.None)
        {
            return PairedEstimate.Exact(value, "point");
        }

        return method switch
        {
            DeLongMethod => Area(first, second),
            AgrestiMin => Shares(metric, first, second),
            StudentMethod => Means(metric, metric.Terms!(first), metric.Terms!(second)),
            _ => PairedBootstrap.Of(metric, first, second, scale, value, replicates, seed),
        };
    }

    private const string DeLongMethod = "paired DeLong", AgrestiMin = "Agresti-Min", StudentMethod = "paired t";

    private static string Method(Metric metric, EvaluationSet set, PairedScale scale) => metric switch
    {
        _ when set.IsWeighted || scale != PairedScale.Difference => PairedBootstrap.Method,
        _ when metric == Metric.AreaUnderRoc => DeLongMethod,
        _ when SharesOfSameRows.ContainsKey(metric) => AgrestiMin,
        { Terms: not null } => StudentMethod,
        _ => PairedBootstrap.Method,
    };

    private static PairedEstimate Area(EvaluationSet first, EvaluationSet second)
    {
        AreaComparison pair = DeLong.Compare(first.Scores, second.Scores, first.Labels);
        double error = pair.StandardError;
        if (!double.IsFinite(pair.First.Variance) || !double.IsFinite(error))
        {
            return PairedEstimate.Undefined(UndefinedReason.TooFewRows, DeLongMethod);
        }

        if (error == 0 && !first.Scores.SequenceEqual(second.Scores))
        {
            // Two models that both separate the classes show no variance at all. What the rows prove is the bound of an area of 1, as for one model.
            int least = Math.Min(pair.First.Positives, pair.First.Negatives);
            return PairedEstimate.Bounded(pair.Difference, alpha => 1 - Math.Pow(alpha, 1.0 / least), DeLongMethod);
        }

        return PairedEstimate.Normal(pair.Difference, pair.Difference, error, DeLongMethod);
    }

    private static PairedEstimate Shares(Metric metric, EvaluationSet first, EvaluationSet second)
    {
        bool? only = SharesOfSameRows[metric];
        bool isSelection = metric == Metric.SelectionRate;
        long rows = 0, firstOnly = 0, secondOnly = 0;
        ReadOnlySpan<bool> predictions = first.Predictions, others = second.Predictions;
        for (int i = 0; i < predictions.Length; i++)
        {
            bool wanted = isSelection || first.Labels[i];
            if (only is null || wanted == only)
            {
                rows++;
                firstOnly += predictions[i] == wanted && others[i] != wanted ? 1 : 0;
                secondOnly += predictions[i] != wanted && others[i] == wanted ? 1 : 0;
            }
        }

        if (rows < 2)
        {
            return PairedEstimate.Undefined(UndefinedReason.TooFewRows, AgrestiMin);
        }

        PairedProportions pair = new(firstOnly, secondOnly, rows);
        return PairedEstimate.Normal((double)(firstOnly - secondOnly) / rows, pair.Difference, pair.StandardError, AgrestiMin);
    }

    private static PairedEstimate Means(Metric metric, double[] first, double[] second)
    {
        int orientation = PairedScales.Orientation(metric);
        List<double> differences = new(first.Length);
        for (int i = 0; i < first.Length; i++)
        {
            double difference = orientation * (first[i] - second[i]);
            if (!double.IsNaN(difference))
            {
                differences.Add(difference);
            }
        }

        double[] taken = [.. differences];
        return taken.Length < 2 ? PairedEstimate.Undefined(UndefinedReason.TooFewRows, StudentMethod)
            : MetricInterval.Varies(taken) || !taken.AsSpan().ContainsAnyExcept(0) ? PairedEstimate.Student(new PairedMeans(taken))
            : PairedEstimate.Undefined(UndefinedReason.ZeroVariance, StudentMethod);
    }
}
